// SPDX-License-Identifier: GPL-2.0
/*
 * Puts addresses and entries into netlink messages, for dumps and events alike.
 * Knows the attributes, not when a message is sent.
 */
#include <net/genetlink.h>

#include <uapi/linux/anycast6.h>

#include "kernel/link.h"
#include "lib/announce.h"
#include "lib/tally.h"
#include "message/fill.h"
#include "message/fill_member.h"
#include "message/netlink_gen.h"
#include "object/entry.h"
#include "object/group.h"
#include "object/member.h"
#include "object/origin.h"
#include "object/pinning.h"
#include "object/source.h"

/**
 * anycast6_fill_start() - begin a message
 * @skb: where the message goes
 * @header: its header
 *
 * Context: any.
 * Return: what genlmsg_end() and genlmsg_cancel() take, NULL without room.
 */
void *anycast6_fill_start(struct sk_buff *skb,
			  const struct anycast6_header *header)
{
	return genlmsg_put(skb, header->portid, header->seq,
			   &anycast6_nl_family, header->flags, header->cmd);
}

/* An address is up if a member is, else draining if a member drains. */
static u8 group_state(const struct anycast6_group *group)
{
	const struct anycast6_member *member;
	u8 best = ANYCAST6_STATE_DOWN;

	list_for_each_entry_rcu(member, &group->members, node) {
		u8 state = READ_ONCE(member->state);

		if (state == ANYCAST6_STATE_UP)
			return state;
		if (state == ANYCAST6_STATE_DRAINING)
			best = state;
	}
	return best;
}

static int fill_key(struct sk_buff *skb, const struct anycast6_group *group)
{
	u32 vrf = anycast6_group_vrf(group);

	if (nla_put_in6_addr(skb, ANYCAST6_A_ADDR_ADDRESS, &group->key.addr) ||
	    (vrf && nla_put_u32(skb, ANYCAST6_A_ADDR_VRF, vrf)))
		return -EMSGSIZE;
	if (anycast6_group_is_linklocal(group))
		return nla_put_u32(skb, ANYCAST6_A_ADDR_DEV,
				   group->key.domain);
	return 0;
}

static int fill_members_stats(struct sk_buff *skb,
			      const struct anycast6_group *group)
{
	const struct anycast6_member *member;
	struct anycast6_counts counts = {};

	list_for_each_entry_rcu(member, &group->members, node)
		anycast6_stats_read(member->stats, &counts);
	return anycast6_fill_stats(skb, ANYCAST6_A_ADDR_STATS, &counts);
}

static int fill_tally(struct sk_buff *skb, int type,
		      struct anycast6_tally __percpu *tally, const int *attrs,
		      unsigned int kinds, int pad)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < kinds; i++)
		if (nla_put_u64_64bit(skb, attrs[i],
				      anycast6_tally_read(tally, i), pad))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_misses(struct sk_buff *skb, const struct anycast6_group *group)
{
	static const int attrs[ANYCAST6_MISSES] = {
		[ANYCAST6_MISS_NO_MEMBER] = ANYCAST6_A_MISSES_NO_MEMBER,
		[ANYCAST6_MISS_LOOP] = ANYCAST6_A_MISSES_LOOP,
		[ANYCAST6_MISS_FORWARDING] = ANYCAST6_A_MISSES_FORWARDING,
		[ANYCAST6_MISS_UNPINNED] = ANYCAST6_A_MISSES_UNPINNED,
		[ANYCAST6_MISS_WAITING] = ANYCAST6_A_MISSES_WAITING,
		[ANYCAST6_MISS_RESET] = ANYCAST6_A_MISSES_RESET,
	};

	/* pairs with steer_group() in reconcile/attach.c */
	if (!smp_load_acquire(&group->remotes))
		return 0;
	return fill_tally(skb, ANYCAST6_A_ADDR_MISSES, group->misses, attrs,
			  ARRAY_SIZE(attrs), ANYCAST6_A_MISSES_PAD);
}

static int fill_evictions(struct sk_buff *skb,
			  const struct anycast6_group *group)
{
	static const int attrs[ANYCAST6_EVICT_KINDS] = {
		[ANYCAST6_EVICT_ENDED] = ANYCAST6_A_EVICTIONS_ENDED,
		[ANYCAST6_EVICT_NEW] = ANYCAST6_A_EVICTIONS_NEW,
		[ANYCAST6_EVICT_UNPROVEN] = ANYCAST6_A_EVICTIONS_UNPROVEN,
		[ANYCAST6_EVICT_IDLE] = ANYCAST6_A_EVICTIONS_IDLE,
		[ANYCAST6_EVICT_BEGUN] = ANYCAST6_A_EVICTIONS_SHARE,
	};

	/* pairs with steer_group() in reconcile/attach.c */
	if (!smp_load_acquire(&group->remotes))
		return 0;
	return fill_tally(skb, ANYCAST6_A_ADDR_EVICTIONS, group->evictions,
			  attrs, ARRAY_SIZE(attrs), ANYCAST6_A_EVICTIONS_PAD);
}

static int fill_replies(struct sk_buff *skb, const struct anycast6_group *group)
{
	static const int attrs[ANYCAST6_REPLIES] = {
		[ANYCAST6_REPLY_REWRITTEN] = ANYCAST6_A_REPLIES_REWRITTEN,
		[ANYCAST6_REPLY_UNSAFE] = ANYCAST6_A_REPLIES_UNSAFE,
		[ANYCAST6_REPLY_OWN] = ANYCAST6_A_REPLIES_OWN,
		[ANYCAST6_REPLY_FORGOTTEN] = ANYCAST6_A_REPLIES_FORGOTTEN,
		[ANYCAST6_REPLY_AMBIGUOUS] = ANYCAST6_A_REPLIES_AMBIGUOUS,
	};

	/* pairs with serve_group() in reconcile/attach.c */
	if (!smp_load_acquire(&group->locals))
		return 0;
	return fill_tally(skb, ANYCAST6_A_ADDR_REPLIES, group->replies, attrs,
			  ARRAY_SIZE(attrs), ANYCAST6_A_REPLIES_PAD);
}

static int fill_source(struct sk_buff *skb,
		       struct anycast6_source __rcu * const *place)
{
	struct anycast6_source_option option;

	anycast6_source_read(place, &option);
	if (nla_put_u32(skb, ANYCAST6_A_ADDR_SOURCE, option.mode) ||
	    (option.related &&
	     nla_put_flag(skb, ANYCAST6_A_ADDR_SOURCE_RELATED)))
		return -EMSGSIZE;
	if (option.mode != ANYCAST6_SOURCE_MODE_ADDRESS)
		return 0;
	return nla_put_in6_addr(skb, ANYCAST6_A_ADDR_SOURCE_ADDRESS,
				&option.addr);
}

static int fill_announce(struct sk_buff *skb,
			 const struct anycast6_announce_option *option)
{
	if ((option->has_mode &&
	     nla_put_u32(skb, ANYCAST6_A_ADDR_ANNOUNCE, option->mode)) ||
	    (option->metric &&
	     nla_put_u32(skb, ANYCAST6_A_ADDR_ANNOUNCE_METRIC,
			 option->metric)))
		return -EMSGSIZE;
	return 0;
}

static int fill_pinning(struct sk_buff *skb,
			const struct anycast6_pinning *pinning)
{
	struct anycast6_pinning_option option;

	anycast6_pinning_get(pinning, &option);
	if (option.affinity != ANYCAST6_AFFINITY_FLOW &&
	    nla_put_u32(skb, ANYCAST6_A_ADDR_AFFINITY, option.affinity))
		return -EMSGSIZE;
	return anycast6_fill_services(skb, ANYCAST6_A_ADDR_UNPINNED,
				      &option.unpinned);
}

static int fill_summary(struct sk_buff *skb, const struct anycast6_group *group)
{
	u8 origin, id = 0;

	origin = anycast6_origin_kind(group, &id);
	if (nla_put_u32(skb, ANYCAST6_A_ADDR_ORIGIN, origin) ||
	    (origin == ANYCAST6_ORIGIN_RESERVED &&
	     nla_put_u8(skb, ANYCAST6_A_ADDR_ID, id)) ||
	    nla_put_u32(skb, ANYCAST6_A_ADDR_STATE, group_state(group)) ||
	    fill_members_stats(skb, group) ||
	    fill_misses(skb, group) ||
	    fill_evictions(skb, group) ||
	    fill_replies(skb, group))
		return -EMSGSIZE;
	return 0;
}

/**
 * anycast6_fill_group() - put an address, without its members, in a message
 * @skb: the message
 * @group: the address
 *
 * Context: RCU.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_group(struct sk_buff *skb, struct anycast6_group *group)
{
	struct anycast6_announce_option announce;
	struct anycast6_prefix scope;
	u32 hold;

	hold = anycast6_origin_hold_time(anycast6_origin_entry(group, NULL),
					 group);
	anycast6_group_get_scope(group, &scope);
	anycast6_origin_shown_announce(group, &announce);
	if (fill_key(skb, group) ||
	    (hold && nla_put_u32(skb, ANYCAST6_A_ADDR_HOLD, hold)) ||
	    nla_put_in6_addr(skb, ANYCAST6_A_ADDR_SCOPE, &scope.addr) ||
	    nla_put_u8(skb, ANYCAST6_A_ADDR_SCOPE_LEN, scope.len) ||
	    fill_source(skb, &group->source) ||
	    fill_announce(skb, &announce) ||
	    fill_pinning(skb, &group->pinning))
		return -EMSGSIZE;
	/* without members, as in an event of deletion, there is no state */
	return list_empty(&group->members) ? 0 : fill_summary(skb, group);
}

/**
 * anycast6_fill_entry() - put an entry in a message
 * @skb: the message
 * @entry: the entry
 *
 * Context: RCU, or under an->lock.
 * Return: 0, or %-EMSGSIZE: the message may then have a part of it.
 */
int anycast6_fill_entry(struct sk_buff *skb, const struct anycast6_entry *entry)
{
	u32 addresses = READ_ONCE(entry->addresses);
	u32 vrf = READ_ONCE(entry->link->vrf);
	struct anycast6_announce_option announce;
	u32 hold = READ_ONCE(entry->hold_time);
	struct anycast6_options options;

	anycast6_traits_get(&entry->traits, &options);
	anycast6_announce_option_read(&entry->announce, &announce);
	if ((vrf && nla_put_u32(skb, ANYCAST6_A_ADDR_VRF, vrf)) ||
	    nla_put_u32(skb, ANYCAST6_A_ADDR_DEV, entry->link->ifindex) ||
	    nla_put_u32(skb, ANYCAST6_A_ADDR_ORIGIN, entry->origin) ||
	    (entry->origin == ANYCAST6_ORIGIN_RESERVED &&
	     nla_put_u8(skb, ANYCAST6_A_ADDR_ID, entry->id)) ||
	    nla_put_u32(skb, ANYCAST6_A_ADDR_STATE,
			anycast6_entry_state(entry)) ||
	    nla_put_u32(skb, ANYCAST6_A_ADDR_ADDRESSES, addresses) ||
	    anycast6_fill_options(skb, &options, ANYCAST6_A_ADDR_METRIC,
				  ANYCAST6_A_ADDR_AREA,
				  ANYCAST6_A_ADDR_AREA_LEN) ||
	    (hold && nla_put_u32(skb, ANYCAST6_A_ADDR_HOLD, hold)) ||
	    (options.lifetime &&
	     nla_put_u32(skb, ANYCAST6_A_ADDR_LIFETIME, options.lifetime)) ||
	    anycast6_fill_services(skb, ANYCAST6_A_ADDR_SERVICES,
				   &options.services) ||
	    (options.probe &&
	     nla_put_u32(skb, ANYCAST6_A_ADDR_PROBE, options.probe)) ||
	    (READ_ONCE(entry->draining) &&
	     nla_put_flag(skb, ANYCAST6_A_ADDR_DRAINING)) ||
	    fill_source(skb, &entry->source) || fill_announce(skb, &announce))
		return -EMSGSIZE;
	return 0;
}
