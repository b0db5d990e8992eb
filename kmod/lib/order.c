// SPDX-License-Identifier: GPL-2.0
/*
 * Orders: which questions of a flow are not answered, in the order in which they
 * came, packed into one word. Pure: knows own addresses by number.
 */
#include <linux/compiler.h>
#include <linux/string.h>

#include "lib/order.h"

static u32 remove_entry(u32 order, unsigned int i)
{
	u32 below = order & (BIT(i * ANYCAST6_ORDER_BITS) - 1);
	u32 above = (order & ANYCAST6_ORDER_QUEUE) >>
		    ((i + 1) * ANYCAST6_ORDER_BITS);

	return (order & ~(ANYCAST6_ORDER_QUEUE | ANYCAST6_ORDER_LENGTH)) |
	       below | above << (i * ANYCAST6_ORDER_BITS) |
	       FIELD_PREP(ANYCAST6_ORDER_LENGTH,
			  anycast6_order_length(order) - 1);
}

/**
 * anycast6_order_answer() - a question is answered
 * @order: the order
 * @own: number of the address that was asked
 *
 * Context: any.
 * Return: the order without the oldest question to that address, if there is one.
 */
u32 anycast6_order_answer(u32 order, u8 own)
{
	unsigned int i;

	for (i = 0; i < anycast6_order_length(order); i++)
		if (anycast6_order_entry(order, i) == own)
			return remove_entry(order, i);
	return order;
}

/**
 * anycast6_order_count() - count questions that are not answered
 * @order: the order
 * @owns: the set of addresses whose questions count
 * @counts: result, by number of the address
 *
 * Context: any.
 */
void anycast6_order_count(u32 order, u8 owns, u8 *counts)
{
	unsigned int i;
	u8 own;

	memset(counts, 0, ANYCAST6_ORDER_OWNS);
	for (i = 0; i < anycast6_order_length(order); i++) {
		own = anycast6_order_entry(order, i);
		if (owns & BIT(own))
			counts[own]++;
	}
}

/* Makes room in a full order: whoever asks the most loses a question, so a forger
 * pushes out his own.
 */
static noinline u32 drop_question(u32 order)
{
	u8 counts[ANYCAST6_ORDER_OWNS], own, most = 0;

	anycast6_order_count(order, BIT(ANYCAST6_ORDER_OWNS) - 1, counts);
	for (own = 1; own < ANYCAST6_ORDER_OWNS; own++)
		if (counts[own] > counts[most])
			most = own;
	return anycast6_order_answer(order, most);
}

/**
 * anycast6_order_ask() - a question came
 * @order: the order
 * @own: number of the address that it came to
 *
 * Context: any.
 * Return: the order with the question.
 */
u32 anycast6_order_ask(u32 order, u8 own)
{
	if (anycast6_order_length(order) == ANYCAST6_ORDER_ENTRIES)
		order = drop_question(order);
	order |= (u32)own << (anycast6_order_length(order) *
			      ANYCAST6_ORDER_BITS);
	return (order + FIELD_PREP(ANYCAST6_ORDER_LENGTH, 1)) |
	       FIELD_PREP(ANYCAST6_ORDER_ASKED, BIT(own));
}

/**
 * anycast6_order_forget() - forget an address
 * @order: the order
 * @own: number of the address
 *
 * Context: any.
 * Return: the order as if the address had never been asked.
 */
u32 anycast6_order_forget(u32 order, u8 own)
{
	u32 before;

	do {
		before = order;
		order = anycast6_order_answer(order, own);
	} while (order != before);
	return order & ~(FIELD_PREP(ANYCAST6_ORDER_ASKED, BIT(own)) |
			 FIELD_PREP(ANYCAST6_ORDER_ANSWERED, BIT(own)));
}
