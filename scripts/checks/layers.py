# SPDX-License-Identifier: GPL-2.0
# The layers of kmod/, and whether its includes keep to them. Each folder is a layer, and so are the few
# files that lie beside the folders. A layer knows itself and those below it; so a call upward is told, too,
# because it needs an include.
import re

# From the top down. Those in one line do not know each other.
LAYERS = (
    ("main",),
    ("namespace",),
    ("request",),
    ("reconcile",),
    ("message",),
    ("steer", "deliver"),
    ("probe",),
    ("object",),
    ("way",),
    ("kernel",),
    ("net",),
    ("lib",),
)
# What those who do not send probes themselves may know of them: how to leave them alone, how to answer.
DOORS = {("steer", "probe"): "probe/probe_reply.h", ("deliver", "probe"): "probe/probe_reply.h"}
# What a generator writes names its own header so.
GENERATED = {("message/netlink_gen.c", "netlink_gen.h")}
# KUnit's tests, which see pure code only.
TESTS = "tests/"
# What evens out the kernels has no layer: anybody may include its headers.
COMPAT = "compat/"

RANKS = {layer: rank for rank, layers in enumerate(LAYERS) for layer in layers}
# In angle brackets, too, a file of kmod/ would be found: its top is where the compiler looks.
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:"([^"]*)"|<([^>]*)>)', re.M)


def layer_of(path):
    """Of a path below kmod/: its folder, or the name of a file that is in none. None: it has no layer."""
    layer = path.split("/")[0] if "/" in path else re.sub(r"\.[ch]$", "", path)
    return layer if layer in RANKS else None


def refuse(path, included):
    """Why a file may not include another one; None if it may."""
    if (path, included) in GENERATED:
        return None
    if path.startswith(TESTS):
        return None if re.match(r"(\.\./)?lib/", included) else "tests see lib/ only"
    own, other = layer_of(path), layer_of(included)
    if other is None:
        return "an include names its folder, which is a layer"
    if RANKS[other] < RANKS[own]:
        return "%s is above %s" % (other, own)
    if RANKS[other] == RANKS[own] and other != own:
        return "%s and %s do not know each other" % (own, other)
    door = DOORS.get((own, other))
    return "%s knows of %s only %s" % (own, other, door) if door not in (None, included) else None


def check(sources):
    """sources: {path below kmod/: text}. The result is what is wrong, a line each."""
    wrong = []
    for path, text in sorted(sources.items()):
        if path.startswith(COMPAT):
            continue
        if layer_of(path) is None and not path.startswith(TESTS):
            wrong.append("kmod/%s: is in no layer" % path)
            continue
        for match in INCLUDE.finditer(text):
            included = match.group(1) or match.group(2)
            if match.group(2) and included not in sources:
                continue
            why = None if COMPAT + "include/" + included in sources else refuse(path, included)
            if why:
                line = text.count("\n", 0, match.start()) + 1
                wrong.append('kmod/%s:%d: "%s": %s' % (path, line, included, why))
    return wrong
