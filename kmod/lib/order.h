/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Orders: which questions of a flow are not answered, in the order in which they
 * came, packed into one word. Pure: knows own addresses by number.
 */
#ifndef ANYCAST6_ORDER_H
#define ANYCAST6_ORDER_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* own addresses of a flow, each has a number */
#define ANYCAST6_ORDER_OWNS	4
/* so many questions at most */
#define ANYCAST6_ORDER_ENTRIES	10

/* Parts of an order. The oldest question is in the lowest bits. */
#define ANYCAST6_ORDER_BITS	2
#define ANYCAST6_ORDER_QUEUE	GENMASK(19, 0)
#define ANYCAST6_ORDER_LENGTH	GENMASK(23, 20)
/* sets of own addresses, by number: answered since they were asked first; asked */
#define ANYCAST6_ORDER_ANSWERED	GENMASK(27, 24)
#define ANYCAST6_ORDER_ASKED	GENMASK(31, 28)

u32 anycast6_order_ask(u32 order, u8 own);
u32 anycast6_order_answer(u32 order, u8 own);
u32 anycast6_order_forget(u32 order, u8 own);
void anycast6_order_count(u32 order, u8 owns, u8 *counts);

static inline unsigned int anycast6_order_length(u32 order)
{
	return FIELD_GET(ANYCAST6_ORDER_LENGTH, order);
}

static inline u8 anycast6_order_entry(u32 order, unsigned int i)
{
	return order >> (i * ANYCAST6_ORDER_BITS) & (ANYCAST6_ORDER_OWNS - 1);
}

#endif
