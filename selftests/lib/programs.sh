# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests with real servers share: nginx and unbound, configured to run in the foreground, as root, and to
# write nowhere but below T_DIR. Sourced after lib.sh.

# nginx_start NAME NS SERVER: nginx, with SERVER as its server block. NAME is what `background` knows it by.
nginx_start() {
	cat >"$T_DIR/$1.conf" <<-END
		daemon off;
		worker_processes 1;
		user root;
		pid $T_DIR/$1.pidfile;
		error_log stderr;
		events { worker_connections 512; }
		http {
		    access_log off;
		    client_body_temp_path $T_DIR;
		    proxy_temp_path $T_DIR;
		    fastcgi_temp_path $T_DIR;
		    uwsgi_temp_path $T_DIR;
		    scgi_temp_path $T_DIR;
		    server { $3 }
		}
	END
	background "$1" "$2" nginx -c "$T_DIR/$1.conf"
}

# unbound_start NAME NS RECORD...: unbound on ::, with these records in the zone "test".
unbound_start() {
	{
		cat <<-END
			server:
			    interface: ::
			    interface-automatic: no
			    access-control: ::/0 allow
			    use-syslog: no
			    logfile: ""
			    chroot: ""
			    username: ""
			    directory: "$T_DIR"
			    pidfile: "$T_DIR/$1.pidfile"
			    do-daemonize: no
			    module-config: "iterator"
			    num-threads: 1
			    local-zone: "test." static
		END
		printf '    local-data: "%s"\n' "${@:3}"
		cat <<-END
			remote-control:
			    control-enable: no
		END
	} >"$T_DIR/$1.conf"
	background "$1" "$2" unbound -d -c "$T_DIR/$1.conf"
}
