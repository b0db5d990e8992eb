#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Answers questions about JSON that ip has printed. One process serves a whole test, because jq takes a third of a
# second to start on an emulated machine. Each line that it reads has a question and the name of a file. Each answer
# is one line, in which tabs stand for ends of lines. lib/peer.sh speaks with it.
import json
import sys


def words(*values):
    return " ".join("null" if value is None else str(value) for value in values)


def members(objects):
    """Of each member: address dev state delivery"""
    return sorted(words(o.get("address"), m.get("dev"), m.get("state"), m.get("delivery"))
                  for o in objects for m in o.get("members") or ())


def addresses(objects):
    """The configured ones, in one line."""
    return [" ".join(sorted({o["address"] for o in objects
                             if o.get("origin") != "kernel" and o.get("address")}))]


def states(objects):
    """Of each member: dev:state[:reason], in one line."""
    return [" ".join(":".join([m.get("dev") or "", m["state"]] + list(filter(None, [m.get("reason")])))
                     for o in objects for m in o.get("members") or ())]


def origins(objects):
    return [" ".join(o["origin"] for o in objects)]


def vrf_members(objects):
    """Of each member: vrf dev state delivery"""
    return sorted(words(o.get("vrf", "-"), m.get("dev"), m.get("state"), m.get("delivery"))
                  for o in objects for m in o["members"])


def entries(objects):
    """Of each address that is not link-local: the entry that makes it, and the address."""
    return sorted("%s %s" % (o["id"] if o["origin"] == "reserved" else o["origin"], o["address"])
                  for o in objects
                  if o.get("address") and o["origin"] != "kernel" and o.get("dev") is None)


def packets(objects):
    """How many packets the first member of each address has counted."""
    return [str(o["members"][0]["packets"]) for o in objects]


def misses(objects):
    """Why packets to the first address were not steered, in the order of the counters."""
    return [words(*(objects[0]["misses"][name]
                    for name in ("no_member", "loop", "forwarding", "unpinned", "waiting", "reset")))]


def evictions(objects):
    """Which flows to the first address gave way to others, in the order of the counters."""
    return [words(*(objects[0]["evictions"][name]
                    for name in ("ended", "new", "unproven", "idle", "share")))]


def replies(objects):
    """What was done to answers from the first address, in the order of the counters."""
    return [words(*(objects[0]["replies"][name]
                    for name in ("rewritten", "unsafe", "own", "forgotten", "ambiguous")))]


def sources(objects):
    """Of each address and entry: where its answers come from, in one line."""
    return [" ".join(o["source"] for o in objects if "source" in o)]


def member_states(objects):
    """Of each member of the first address: via state [reason], in one line."""
    return [", ".join(" ".join(filter(None, (m.get("via"), m["state"], m.get("reason"))))
                      for m in objects[0]["members"])] if objects else []


def of_via(objects, via):
    """The members of the first address with this "via"; with None, the local ones."""
    return [m for m in (objects[0]["members"] if objects else ()) if m.get("via") == via]


def member_state(objects, via):
    """State and reason of a member of the first address."""
    return [" ".join(filter(None, (m["state"], m.get("reason")))) for m in of_via(objects, via)]


def local_state(objects):
    """State and reason of each member of the first address on this node."""
    return member_state(objects, None)


def distance(objects, via):
    """The distance of a member of the first address."""
    return [words(m["distance"]) for m in of_via(objects, via)]


def legs(objects, via):
    """How many legs of a member of the first address live, and how many there are; - if it has not several."""
    return ["%d/%d" % (m["legs_living"], m["legs"]) if "legs" in m else "-" for m in of_via(objects, via)]


def verdicts(objects):
    """The verdict on each member of the first address, in one line: server=verdict. A remote member is
    called s and the last word of its address, a local one by its device."""
    return [" ".join("%s=%s" % ("s" + m["via"].split(":")[-1] if m.get("via") else m["dev"], m["verdict"])
                     for m in objects[0]["members"])]


def routes(objects):
    """Of each route: [unreachable ]prefix@metric, in one line."""
    return [" ".join(sorted("%s%s@%d" % ("unreachable " * (o.get("type") == "unreachable"), o["dst"], o["metric"])
                            for o in objects))]


def role(objects):
    """Whether the local member of the first address answers neighbours: yes, no, or - if it does not probe others."""
    members = objects[0]["members"] if objects else []
    return [{True: "yes", False: "no"}.get(m.get("answers"), "-") for m in members if "via" not in m] or ["-"]


def probes(objects, via):
    """What became of the probes of a member of the first address, in the order of the counters."""
    return [words(*(of_via(objects, via)[0]["probes"][name]
                    for name in ("sent", "answered", "missed", "unreachable", "refused")))]


def flows(objects):
    """Of each flow: client proto port member state; of what stands for a source: client source - member state"""
    return sorted(words(o["from"], o.get("proto", "source"), o.get("sport", o.get("id", "-")),
                        o.get("via", o.get("dev")), o["state"]) for o in objects)


def active_flows(objects):
    """How many flows the members of the first address count, in all."""
    return [str(sum(m["active_flows"] for m in objects[0]["members"]))]


def loads(objects):
    """Of each member of the first address: the flows that it has, and the packets that it has got."""
    return [words(m["active_flows"], m["packets"]) for m in objects[0]["members"]]


def count(objects):
    """How many addresses there are."""
    return [str(sum("address" in o for o in objects))]


def local(objects):
    """The first address of a device."""
    return [next(a["local"] for o in objects for a in o.get("addr_info", ()) if a.get("local"))]


def field(objects, *names):
    """The values of these names in the first object, with null for what is not there."""
    return [words(*(objects[0].get(name) for name in names))]


def own_devices(objects):
    """The names of the module's own devices."""
    return [" ".join(o["ifname"] for o in objects
                     if o.get("linkinfo", {}).get("info_kind") == "anycast6")]


def own_masters(objects):
    """The VRFs of the module's own devices."""
    return [" ".join(sorted(o.get("master", "-") for o in objects
                            if o.get("linkinfo", {}).get("info_kind") == "anycast6"))]


QUESTIONS = {f.__name__: f for f in (
    members, addresses, states, origins, vrf_members, entries, packets, misses, evictions, replies, sources,
    member_states, member_state, local_state, distance, legs, verdicts, role, routes, probes, flows, active_flows, loads, count, local, field, own_devices, own_masters)}


def answer(line):
    question, path, *words = line.split()
    try:
        with open(path, encoding="utf-8") as f:
            return "ok " + "\t".join(QUESTIONS[question](json.load(f), *words))
    except (OSError, ValueError, LookupError, StopIteration, AttributeError) as error:
        return "failed %s: %s" % (type(error).__name__, str(error).replace("\n", " "))


def main():
    for line in sys.stdin:
        print(answer(line), flush=True)


main()
