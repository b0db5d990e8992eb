/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generated netlink families use split operations, which are new in 6.2. Where
 * a family has one kind per command, plain operations say the same.
 */
#ifndef ANYCAST6_COMPAT_GENETLINK_H
#define ANYCAST6_COMPAT_GENETLINK_H

#include_next <net/genetlink.h>

#ifndef ANYCAST6_HAVE_GENL_SPLIT_OPS
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops
#endif

#endif
