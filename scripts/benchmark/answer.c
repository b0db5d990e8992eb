// SPDX-License-Identifier: GPL-2.0
/*
 * A server that is asked and answers, for scripts/benchmark/guest: prints how many
 * times it did, the time that all of it took, and that of the answers alone,
 * from sendto() to the other end of the cable.
 *
 * Usage: bench-answer any|connected|tcp COUNT ADDRESS FROM SOURCE DESTINATION
 * [PORTS]
 * The server's socket is on the wildcard address, or connected to its client;
 * or it is one of TCP, and its client is on the same node: then what follows
 * COUNT does not matter. ADDRESS is asked, FROM is where answers must come from.
 * SOURCE and DESTINATION are the frames' addresses, out of eth0 of the namespace
 * source; the server is in the namespace router. Questions come from so many
 * ports, one after the other, and not the same ones each time; from the same one
 * if not told.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENT		"2001:db8:1::2"
#define CLIENT_PORT	4242
#define SERVER_PORT	53
#define SIZE		80

struct question {
	struct ether_header ether;
	struct ip6_hdr ip6;
	struct udphdr udp;
	char data[SIZE];
} __attribute__((packed));

static void enter(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/var/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", name);
	close(fd);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static uint16_t checksum(const struct question *question)
{
	const uint16_t *word = (const void *)((const char *)question +
			       offsetof(struct question, ip6.ip6_src));
	const uint16_t *end = (const void *)(question + 1);
	uint32_t sum = question->udp.len + htons(IPPROTO_UDP);

	while (word < end)
		sum += *word++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? sum : ~sum;
}

static void make(struct question *question, char **argv)
{
	memset(question, 0, sizeof(*question));
	ether_aton_r(argv[5], (void *)question->ether.ether_shost);
	ether_aton_r(argv[6], (void *)question->ether.ether_dhost);
	question->ether.ether_type = htons(ETHERTYPE_IPV6);
	question->ip6.ip6_flow = htonl(6 << 28);
	question->ip6.ip6_plen = htons(sizeof(question->udp) + SIZE);
	question->ip6.ip6_nxt = IPPROTO_UDP;
	question->ip6.ip6_hlim = 64;
	inet_pton(AF_INET6, CLIENT, &question->ip6.ip6_src);
	inet_pton(AF_INET6, argv[3], &question->ip6.ip6_dst);
	question->udp.dest = htons(SERVER_PORT);
	question->udp.len = question->ip6.ip6_plen;
}

static void ask(int fd, struct question *question, uint16_t port)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex("eth0"),
	};

	question->udp.source = htons(port);
	question->udp.check = 0;
	question->udp.check = checksum(question);
	if (sendto(fd, question, sizeof(*question), 0, (void *)&to,
		   sizeof(to)) != sizeof(*question))
		err(1, "sendto");
}

/* Returns how long it took. A socket that is connected needs no address. */
static uint64_t answer(int fd, int connected)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct sockaddr_in6 from;
	socklen_t length = sizeof(from);
	char data[SIZE];
	uint64_t begin;

	if (poll(&ready, 1, 1000) != 1 ||
	    recvfrom(fd, data, SIZE, 0, (void *)&from, &length) != SIZE)
		errx(1, "the question did not come");
	begin = now();
	if (sendto(fd, data, SIZE, 0, connected ? NULL : (void *)&from,
		   connected ? 0 : length) != SIZE)
		err(1, "sendto");
	return now() - begin;
}

/* One time with somebody who looks at the answer. */
static void check(int ask_fd, int answer_fd, struct question *question,
		  const char *from, uint16_t port)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE_IPV6));
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct question seen;
	char text[INET6_ADDRSTRLEN];

	ask(ask_fd, question, port);
	answer(answer_fd, 0);
	while (poll(&ready, 1, 1000) == 1) {
		if (recv(fd, &seen, sizeof(seen), 0) != sizeof(seen) ||
		    seen.udp.source != htons(SERVER_PORT))
			continue;
		inet_ntop(AF_INET6, &seen.ip6.ip6_src, text, sizeof(text));
		if (strcmp(text, from))
			errx(1, "answered from %s", text);
		close(fd);
		return;
	}
	errx(1, "no answer was seen");
}

static int connect_to(int fd, const char *address, uint16_t port)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	inet_pton(AF_INET6, address, &to.sin6_addr);
	return connect(fd, (void *)&to, sizeof(to));
}

static void transfer(int from, int to, const char *data)
{
	char buf[SIZE];

	if (send(from, data, SIZE, 0) != SIZE ||
	    recv(to, buf, SIZE, MSG_WAITALL) != SIZE)
		err(1, "transfer");
}

/* Questions and answers over one connection. */
static int converse(int count)
{
	struct sockaddr_in6 any = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(SERVER_PORT),
	};
	static const char data[SIZE];
	int listener, client, server, one = 1, i;
	uint64_t begin;

	enter("router");
	listener = socket(AF_INET6, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	client = socket(AF_INET6, SOCK_STREAM, 0);
	if (bind(listener, (void *)&any, sizeof(any)) || listen(listener, 1) ||
	    connect_to(client, "::1", SERVER_PORT))
		err(1, "tcp");
	server = accept(listener, NULL, NULL);
	for (i = 0; i < 100; i++) {
		transfer(client, server, data);
		transfer(server, client, data);
	}
	sleep(2);

	begin = now();
	for (i = 0; i < count; i++) {
		transfer(client, server, data);
		transfer(server, client, data);
	}
	printf("%d %llu 0\n", count, (unsigned long long)(now() - begin));
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 any = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(SERVER_PORT),
	};
	uint64_t begin, answers = 0;
	int ask_fd, answer_fd, count, ports, first, connected, i;
	struct question question;

	if (argc < 7)
		errx(2, "see its source");
	count = atoi(argv[2]);
	if (!strcmp(argv[1], "tcp"))
		return converse(count);
	ports = argc > 7 ? atoi(argv[7]) : 1;
	first = ports > 1 ? getpid() * count : 0;
	make(&question, argv);
	enter("router");
	answer_fd = socket(AF_INET6, SOCK_DGRAM, 0);
	if (bind(answer_fd, (void *)&any, sizeof(any)))
		err(1, "bind");
	enter("source");
	ask_fd = socket(AF_PACKET, SOCK_RAW, 0);
	check(ask_fd, answer_fd, &question, argv[4], CLIENT_PORT);
	connected = !strcmp(argv[1], "connected");
	if (connected && connect_to(answer_fd, CLIENT, CLIENT_PORT))
		err(1, "connect");
	/* what other programs and that one left behind is freed by then */
	sleep(2);

	begin = now();
	for (i = 0; i < count; i++) {
		ask(ask_fd, &question, CLIENT_PORT + (first + i) % ports);
		answers += answer(answer_fd, connected);
	}
	printf("%d %llu %llu\n", count, (unsigned long long)(now() - begin),
	       (unsigned long long)answers);
	return 0;
}
