// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit: what may be named as services, by service.c.
 */
#include <kunit/test.h>

#include "../lib/service.c"

static void only_tcp_and_udp(struct kunit *test)
{
	struct anycast6_services services = {};
	int proto;

	for (proto = 0; proto < 256; proto++) {
		int wanted = proto == IPPROTO_TCP || proto == IPPROTO_UDP ?
			     0 : -EPROTONOSUPPORT;

		KUNIT_EXPECT_EQ_MSG(test,
				    anycast6_services_add(&services, proto, 53),
				    wanted, "protocol %d", proto);
	}
	KUNIT_EXPECT_EQ(test, services.n, 2);
}

static void all_ports_but_none(struct kunit *test)
{
	int port;

	for (port = 0; port < 65536; port++) {
		struct anycast6_services services = {};

		KUNIT_ASSERT_EQ(test,
				anycast6_services_add(&services, IPPROTO_TCP,
						      port),
				port ? 0 : -EINVAL);
	}
}

/* A port of one protocol is none of the other. */
static void named_once(struct kunit *test)
{
	struct anycast6_services services = {};

	KUNIT_EXPECT_FALSE(test, anycast6_services_have(&services, IPPROTO_TCP,
							80));
	KUNIT_EXPECT_EQ(test, anycast6_services_add(&services, IPPROTO_TCP, 80),
			0);
	KUNIT_EXPECT_TRUE(test, anycast6_services_have(&services, IPPROTO_TCP,
						       80));
	KUNIT_EXPECT_FALSE(test, anycast6_services_have(&services, IPPROTO_UDP,
							80));
	KUNIT_EXPECT_FALSE(test, anycast6_services_have(&services, IPPROTO_TCP,
							81));
	KUNIT_EXPECT_EQ(test, anycast6_services_add(&services, IPPROTO_TCP, 80),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, services.n, 1);
}

/* What is refused leaves those that are there as they are. */
static void no_more_than_fit(struct kunit *test)
{
	struct anycast6_services services = {}, full;
	int i;

	for (i = 0; i < ANYCAST6_SERVICES_MAX; i++)
		KUNIT_ASSERT_EQ(test,
				anycast6_services_add(&services, IPPROTO_UDP,
						      1000 + i), 0);
	full = services;
	KUNIT_EXPECT_EQ(test, anycast6_services_add(&services, IPPROTO_UDP, 1),
			-E2BIG);
	KUNIT_EXPECT_EQ(test,
			anycast6_services_add(&services, IPPROTO_UDP, 1000),
			-EEXIST);
	KUNIT_EXPECT_TRUE(test, anycast6_services_equal(&services, &full));
	for (i = 0; i < ANYCAST6_SERVICES_MAX; i++)
		KUNIT_EXPECT_TRUE(test,
				  anycast6_services_have(&services, IPPROTO_UDP,
							 1000 + i));
}

static void equal_in_order(struct kunit *test)
{
	struct anycast6_services none = {}, one = {}, two = {}, turned = {};

	anycast6_services_add(&one, IPPROTO_TCP, 53);
	anycast6_services_add(&two, IPPROTO_TCP, 53);
	anycast6_services_add(&two, IPPROTO_UDP, 53);
	anycast6_services_add(&turned, IPPROTO_UDP, 53);
	anycast6_services_add(&turned, IPPROTO_TCP, 53);
	KUNIT_EXPECT_TRUE(test, anycast6_services_equal(&none, &none));
	KUNIT_EXPECT_TRUE(test, anycast6_services_equal(&two, &two));
	KUNIT_EXPECT_FALSE(test, anycast6_services_equal(&none, &one));
	KUNIT_EXPECT_FALSE(test, anycast6_services_equal(&one, &two));
	KUNIT_EXPECT_FALSE(test, anycast6_services_equal(&two, &turned));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(only_tcp_and_udp),
	KUNIT_CASE(all_ports_but_none),
	KUNIT_CASE(named_once),
	KUNIT_CASE(no_more_than_fit),
	KUNIT_CASE(equal_in_order),
	{}
};

static struct kunit_suite suite = {
	.name = "anycast6_service",
	.test_cases = cases,
};

kunit_test_suite(suite);
