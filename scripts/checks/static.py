# SPDX-License-Identifier: GPL-2.0
# The checks that need no guest: style, shell, licences, generated code, layers. Each is a function that
# returns what is wrong, as text; nothing wrong is the empty string.
import os
import re
import subprocess
import tempfile

from checks import function_names, layers, page_names
from guests import vm

# A unit of systemd among what a page tells to write.
UNIT = re.compile(r"`/etc/systemd/system/([^`]*)`:\n```\n(.*?)^```", re.M | re.S)
# And one that is shipped: its first line says where it belongs.
SERVICE_D = re.compile(r"^# /etc/systemd/system/(\S+\.d/\S+\.conf): ", re.M)
# Formats that have no comments, or whose text is fixed.
NO_SPDX = (".json", ".patch", ".gitignore", "COPYING", "LICENSE")


def output(*command, **environment):
    """What a command prints if it fails, else the empty string."""
    done = subprocess.run(command, cwd=vm.TOP, env={**os.environ, **environment},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if done.returncode and not done.stdout:
        return "%s: exit status %d" % (command[0], done.returncode)
    return done.stdout if done.returncode else ""


def files(top=vm.TOP):
    """The project's files: those in git, and new ones that it would not ignore."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=top, stdout=subprocess.PIPE, text=True, check=True).stdout
    return sorted(name for name in set(listed.split("\0"))
                  if name and os.path.isfile(os.path.join(top, name)))


def head(name, size=400):
    with open(os.path.join(vm.TOP, name), encoding="utf-8", errors="replace") as f:
        return f.read(size)


def checkpatch(source):
    names = [name for name in files() if name.endswith((".c", ".h"))
             and name.startswith(("kmod/", "uapi/", "selftests/"))
             and "generated" not in head(name) and "ynl-gen" not in head(name)]
    if not names:
        return ""
    return output(os.path.join(source, "scripts/checkpatch.pl"), "--no-tree", "--strict", "--terse",
                  "--show-types", "--no-summary", "-f", *names)


def shellcheck(_source):
    names = [name for name in files() if head(name, 30).startswith("#!") and "sh" in head(name).split("\n")[0]
             or name.endswith(".sh")]
    # SC2317: functions that t_run is given look unreachable.
    return output("shellcheck", "-x", "-S", "warning", "-e", "SC2317", "-P", "SCRIPTDIR", "-P", vm.TOP, "-P", vm.TOP + "/selftests", *names)


def spdx(_source):
    return "\n".join("%s: no SPDX line at the top" % name for name in files()
                     if not name.endswith(NO_SPDX) and "SPDX-License-Identifier:" not in head(name))


def netlink(source):
    """The generated netlink code is what the specification says."""
    return output("scripts/gen-netlink", "--check", LINUX_SOURCE=source)


def units(_source):
    """What systemd thinks of the units that are shipped, and of those in the README."""
    with tempfile.TemporaryDirectory() as directory:
        def write(name, text):
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                # what make install puts there need not be there yet
                f.write(re.sub(r"/usr/local/\S+", "/bin/true", text))

        shipped = [name for name in files() if name.endswith(".service")]
        drop_ins = [name for name in files() if SERVICE_D.search(head(name))]
        for name in shipped:
            write(os.path.basename(name), head(name, 10000))
        write("unbound.service", "[Service]\nExecStart=/bin/true\n")
        for name in drop_ins:
            write(SERVICE_D.search(head(name)).group(1), head(name, 10000))
        found = UNIT.findall(head("README.md", 100000))
        for name, text in found:
            write(name, text)
        if not (shipped and drop_ins and found):
            return "no unit, no drop-in, or none in the README"
        names = ["unbound.service"] + [os.path.basename(name) for name in shipped] + [name for name, _ in found]
        return output("systemd-analyze", "verify", "--man=no", "--recursive-errors=one",
                      *[os.path.join(directory, name) for name in names], SYSTEMD_UNIT_PATH=directory + ":")


def module(check, top=vm.TOP):
    """What a check of the module's sources says of them."""
    sources = {}
    for name in files(top):
        if name.startswith("kmod/") and name.endswith((".c", ".h")):
            with open(os.path.join(top, name), encoding="utf-8") as f:
                sources[name.removeprefix("kmod/")] = f.read()
    return "\n".join(check(sources)) if sources else "kmod/ has no sources"


def walks(_source):
    """What the pages about the code name is there."""
    pages, sources = {}, {}
    for name in files():
        if name in ("docs/architecture.md", "docs/conformance.md"):
            pages[name] = head(name, 1000000)
        elif name.startswith(("kmod/", "selftests/")):
            sources[name] = head(name, 1000000)
    return "\n".join(page_names.check(pages, sources)) if len(pages) == 2 else "a page is missing"


CHECKS = {"checkpatch": checkpatch, "shellcheck": shellcheck, "spdx": spdx, "gen-netlink": netlink,
          "systemd units": units, "layers": lambda _source: module(layers.check),
          "function names": lambda _source: module(function_names.check), "page names": walks}
