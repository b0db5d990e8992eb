/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's state in every network namespace: made with the namespace, torn
 * down with it. Knows the order of the steps, not what each of them does.
 */
#ifndef ANYCAST6_NAMESPACE_H
#define ANYCAST6_NAMESPACE_H

int anycast6_namespace_register(void);
void anycast6_namespace_unregister(void);

#endif
