#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What parses packets of strangers, and what writes the frames that others parse,
# fed by a fuzzer under sanitizers.  In user space, on the machine itself; see
# parsers.c.  VXMOB_TORTURE_SECONDS: the time that it may take (60), of which the
# fuzzer has half.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
. "$HERE/../lib.sh"
# shellcheck source=mutants.sh
. "$HERE/mutants.sh"
ALL_TESTS="fuzz mutants"

KMOD=$HERE/../../kmod
TIME=${VXMOB_TORTURE_SECONDS:-60}
END=$((SECONDS + TIME))
# What is wrong with one line is found in less, or never.
TIME_MUTANT=10

# One line of kmod/packet.c or kmod/frame.c is wrong.
MUTANTS='packet.c s/len < VXLAN_LEN || get/get/
packet.c s/return !(field & 0xff)/return true/
packet.c s/if (len < off + 2)/if (len < off + 1)/
packet.c s/if (len < off + TAG_LEN)/if (false)/
packet.c s/off <= TAGS_MAX \* TAG_LEN/off < TAGS_MAX * TAG_LEN/
packet.c s/eth\[0\] & 1 && !(eth\[ETH_ALEN\] & 1)/eth[0] \& 1/
packet.c s/inner->len >= ARP_LEN &&/inner->len >= ARP_LEN - 1 \&\&/
packet.c s/memcmp(arp + ARP_SPA, arp + ARP_TPA, IP4_LEN) ||//
packet.c s/(ip\[0\] & 0xf0) != 0xe0/true/
packet.c s/len > inner->len - IP6_HEADER_LEN/false/
packet.c s/(NA_SOLICITED | NA_OVERRIDE)) == NA_OVERRIDE/NA_OVERRIDE) == NA_OVERRIDE/
packet.c s/if (!n || n > len)/if (n > len)/
packet.c s/if (!n || n > len)/if (!n)/
packet.c s/if (n != NA_OPT_UNIT || memcmp/if (memcmp/
packet.c s/return sum == 0xffff/return true/
packet.c s/memset(&a->ip, 0, sizeof(a->ip))/a->ip.len = 0/
packet.c s/len > IP6_HEADER_LEN &&/len >= IP6_HEADER_LEN \&\&/
packet.c s/\*type <= ND_LAST/*type/
packet.c s/inner.data != data + ETH_HLEN/false/
frame.c s/len = put_arp(frame, mac, ETH_P_RARP, ARPOP_RREQUEST)/len = put_arp(frame, mac, ETH_P_RARP, ARPOP_RREPLY)/
frame.c s/memcpy(arp.sha, mac, ETH_ALEN)/memcpy(arp.sha, mac, ETH_ALEN - 1)/
frame.c s/NA_OVERRIDE | (router/(router/
frame.c s/htons(sizeof(na))/sizeof(na)/
frame.c s/na.checksum = .*/na.checksum = 0;/'

setup()
{
	SCRATCH=$(mktemp -d) || return
	defer rm -rf "$SCRATCH"
	"$HERE/../packages.sh" build torture || return
	build parsers "$KMOD" "$HERE"
}

# Runs the fuzzer for so many seconds, on seeds of its own; 1: it found something
feed()
{
	local program=$1 seconds=$2 corpus=$SCRATCH/corpus

	rm -rf "$corpus"
	mkdir "$corpus" && "$program" --seeds="$corpus" || return 3
	"$program" -max_total_time="$seconds" -max_len=192 -timeout=3 \
		-error_exitcode=1 -timeout_exitcode=1 -print_final_stats=1 \
		-verbosity=1 -artifact_prefix="$SCRATCH/" "$corpus" 2>&1
}

# Whatever comes, nothing is read beyond it, and what is found is in it.
fuzz()
{
	check "nothing found" feed "$HERE/parsers" $((TIME > 1 ? TIME / 2 : 1))
	grep -E 'Done|executed_units|exec_per_sec' <<< "$CHECK_LOG" | ktap_print
}

check_mutant()
{
	local dir=$1

	build parsers "$dir" "$dir" || return 3
	# Where in the code it is does not matter here, and takes long to find out.
	ASAN_OPTIONS=symbolize=0 feed "$dir/parsers" "$TIME_MUTANT"
}

# An error in any line of the parsers is found.
mutants()
{
	need_time
	check "each is noticed" mutants_noticed check_mutant <<< "$MUTANTS"
	ktap_print "$(grep -c ^noticed <<< "$CHECK_LOG") of $(wc -l <<< "$MUTANTS") noticed"
}

run_tests "$@"
