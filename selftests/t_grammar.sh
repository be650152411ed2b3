#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug stock-6.1
#
# The tool's grammar: what it takes and what it refuses before the kernel is asked.
# A wrong word costs exit status 1 and is named; what the kernel refuses costs 2.
# Where the kernel's answer does not matter, g1 is asked about, which is no domain.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MAC=02:00:00:00:00:01

setup()
{
	net_create && vxmob domain add dev vx100
}

# The tool takes it: it is the kernel that refuses.
understood()
{
	refused "" "$@"
}

# An option of the domain that takes a number from $2 to $3.
takes_numbers()
{
	local option=$1 min=$2 max=$3 value

	for value in $((max + 1)) 4294967296 -1 "" x 0x1 " 1"; do
		misused "\"$option\" takes a number from $min to $max" \
			vxmob domain set dev vx100 "$option" "$value" || return
	done
	misused "option \"$option\" needs a value" vxmob domain set dev vx100 "$option" || return
	misused "option \"$option\" is given twice" \
		vxmob domain set dev vx100 "$option" "$max" "$option" "$max" || return
	for value in "$max" "$min"; do
		vxmob domain set dev vx100 "$option" "$value" || return
		has "$(vxmob domain show)" " $option $value " || return
		has "$(vxmob -json domain show)" "\"${option//-/_}\":$value," || return
	done
}

domain_numbers()
{
	must takes_numbers settle 0 10000
	must takes_numbers redirect 0 3600
	must takes_numbers announce-rounds 0 32
	must takes_numbers announce-initial 0 60000
	must takes_numbers announce-step 0 60000
	must takes_numbers announce-max 0 60000
	must takes_numbers dup-moves 2 1000
	must takes_numbers dup-window 1 86400
	must has "$(vxmob domain add dev g1 help)" "announce-max MS"
	must misused "unknown option" vxmob domain del dev vx100 settle 1
	must misused '"dev" is missing' vxmob domain del
	must misused "unknown option" vxmob domain show announce 1
	must misused "not in a batch" batch <<< monitor
	must misused "exclude each other" vxmob mac show via 10.255.0.2 on p1
	must misused "exclude each other" vxmob mac flush dev vx100 via 10.255.0.2 on p1
}

# What a domain is enrolled with unless it is told otherwise, and with what it is
# told.
domain_defaults()
{
	must vxmob domain del dev vx100
	must vxmob domain add dev vx100
	must json_true '
		length == 1 and (.[0] |
			.settle == 200 and .redirect == 10 and .announce_rounds == 5 and
			.announce_initial == 50 and .announce_step == 100 and
			.announce_max == 550)
		' vxmob -json domain show
	must vxmob domain del dev vx100
	must vxmob domain add dev vx100 settle 300 redirect 20 announce-rounds 3 \
		announce-initial 10 announce-step 20 announce-max 30
	must has "$(vxmob domain show)" \
		" settle 300 redirect 20 announce-rounds 3 announce-initial 10 announce-step 20 announce-max 30 "
	# those that are left out stay
	must vxmob domain set dev vx100 announce-step 40
	must has "$(vxmob domain show)" \
		" settle 300 redirect 20 announce-rounds 3 announce-initial 10 announce-step 40 announce-max 30 "
}

# Words that stand for 0 or for an empty list
words()
{
	must vxmob domain set dev vx100 snoop none confirm none dup-recover never
	must has "$(vxmob domain show)" " snoop none confirm none "
	must has "$(vxmob domain show)" " dup-recover never "
	must json_true '.[0] | .snoop == [] and .confirm == 0 and .dup_recover == 0' \
		vxmob -json domain show
	must vxmob domain set dev vx100 snoop na,rarp
	must json_true '.[0].snoop == ["rarp", "na"]' vxmob -json domain show
	must misused '"snoop" takes none or a list of rarp | garp | na' vxmob domain set dev vx100 snoop rarp,none
	must misused '"snoop" takes none or a list' vxmob domain set dev vx100 snoop rarp,
	must misused '"confirm" takes none or a number from 0 to 3600' vxmob domain set dev vx100 confirm never
	must misused '"dup-recover" takes never or a number from 30 to 3600' \
		vxmob domain set dev vx100 dup-recover none
	must misused '"settle" takes a number' vxmob domain set dev vx100 settle none
	must misused '"protect" takes none or the MAC address of somebody' \
		vxmob domain set dev vx100 protect 00:00:00:00:00:00
	must misused '"vteps" takes known, any or a list' vxmob domain set dev vx100 vteps 10.255.0.2,x
	must vxmob domain set dev vx100 vteps 10.255.0.2,10.255.0.3
	must json_true '.[0].vteps == ["10.255.0.2", "10.255.0.3"]' vxmob -json domain show
}

prepare()
{
	vxmob move prepare "$MAC" dev g1 "$@"
}

move_prepare()
{
	must understood prepare to 10.255.0.2
	must understood prepare to fd00::2 deadline 1 vni 16777215
	must understood prepare on p1 deadline 3600
	must understood prepare open-on rarp,garp,na,commit from 10.255.0.2 on p1
	must misused 'either "to" or "on" is missing' prepare
	must misused 'either "to" or "on" is missing' prepare from 10.255.0.2
	must misused '"to" and "on" exclude each other' prepare to 10.255.0.2 on p1
	must misused '"from" goes with "on" only' prepare to 10.255.0.2 from 10.255.0.3
	must misused '"open-on" goes with "on" only' prepare to 10.255.0.2 open-on rarp
	must misused '"open-on" takes a list of rarp | garp | na | commit' prepare on p1 open-on arp
	must misused '"open-on" takes a list of rarp' prepare on p1 open-on none
	must misused '"open-on" takes a list of rarp' prepare on p1 open-on ""
	must misused '"deadline" takes a number from 1 to 3600' prepare to 10.255.0.2 deadline 0
	must misused '"deadline" takes a number from 1 to 3600' prepare to 10.255.0.2 deadline 3601
	must misused '"to" takes an IP address' prepare to p1
	must misused '"from" takes an IP address' prepare on p1 from 10.255.0
	must misused 'Cannot find device "p9"' prepare on p9
	must misused 'is given twice' prepare to 10.255.0.2 to 10.255.0.3
	must misused 'unknown option "via"' prepare via 10.255.0.2
	must misused 'option "dev" is missing' vxmob move prepare "$MAC" to 10.255.0.2
	must misused 'takes a MAC address' vxmob move prepare dev g1 to 10.255.0.2
	must misused 'a MAC address is missing' vxmob move prepare
}

move_steps()
{
	local step

	for step in hold commit abort; do
		must understood vxmob move $step "$MAC" dev g1
		must understood vxmob move $step "$MAC" dev g1 vni 100
		must misused 'a MAC address is missing' vxmob move $step
		must misused 'takes a MAC address' vxmob move $step 02:00 dev g1
		must misused 'option "dev" is missing' vxmob move $step "$MAC"
		must misused 'unknown option "to"' vxmob move $step "$MAC" dev g1 to 10.255.0.2
		must misused 'unknown option "deadline"' vxmob move $step "$MAC" dev g1 deadline 1
	done
	must misused 'unknown command "start"' vxmob move start
	must has "$(vxmob move help)" "move prepare LLADDR dev DEV"
	must has "$(vxmob move prepare help)" "move prepare LLADDR dev DEV"
}

move_show()
{
	must same "$(vxmob move)" ""
	must same "$(vxmob move show "$MAC" dev vx100 vni 100)" ""
	must same "$(vxmob move list dev vx100)" ""
	must json_true '. == []' vxmob -json move show
	must misused 'unknown option "on"' vxmob move show on p1
	must misused 'takes a MAC address' vxmob move show 02:00:00
}

vtep()
{
	must misused 'the address of a VTEP is missing' vxmob vtep move
	must misused '"OLD" takes an IP address' vxmob vtep move vx100 to 10.255.0.3
	must misused 'option "to" is missing' vxmob vtep move 10.255.0.2
	must misused 'unknown option "10.255.0.3"' vxmob vtep move 10.255.0.2 10.255.0.3
	must misused '"to" takes an IP address' vxmob vtep move 10.255.0.2 to p1
	must misused 'Cannot find device' vxmob vtep move 10.255.0.2 to 10.255.0.3 dev vx9
	must misused '"vni" takes a number' vxmob vtep move 10.255.0.2 to 10.255.0.3 vni 0
	must misused 'unknown option "to"' vxmob vtep show to 10.255.0.3
	must misused 'unknown command "drain"' vxmob vtep drain
	must understood vxmob vtep move 10.255.0.2 to 10.255.0.3 dev g1
	must has "$(vxmob vtep move help)" "vtep move OLD to NEW"
	must json_true '. == []' vxmob -json vtep
	must vxmob mac announce "$MAC" dev vx100 via 10.255.0.2
	must same "$(vxmob vtep)" "10.255.0.2 dev vx100 vni 100 vid 0 macs 1 control-macs 1"
	must same "$(vxmob -json vtep list)" \
		'[{"dev":"vx100","vni":100,"vid":0,"addr":"10.255.0.2","flood":false,"macs":1,"control_macs":1}]'
	must vxmob mac withdraw "$MAC" dev vx100
}

# Lines of a transaction are named by file and number, whatever they are.
transaction_lines()
{
	must line_misused '"move" takes prepare | hold | commit | abort, not "begin"' move begin "$MAC" dev vx100
	must line_misused '"move" takes prepare' move
	must line_misused 'not of "vtep"' vtep move 10.255.0.2 to 10.255.0.3
	must line_misused 'either "to" or "on" is missing' move prepare "$MAC" dev vx100
	must line_misused '"from" goes with "on" only' move prepare "$MAC" dev vx100 to 10.255.0.2 from 10.255.0.3
	must line_misused 'unknown option "to"' move hold "$MAC" dev vx100 to 10.255.0.2
	must line_misused 'option "dev" is missing' move abort "$MAC"
	must line_misused 'Cannot find device "vx9"' move commit "$MAC" dev vx9
	must unbound "$MAC"
	# offsets are those of a message of both kinds of lines
	cat > "$TMP/lines" <<-END
		announce $MAC dev vx100 via 10.255.0.2
		move hold $MAC dev g1
		announce $MAC dev g1 via 10.255.0.2
	END
	must understood vxmob transaction "$TMP/lines"
	must has "$SAID" "nothing was applied"
	must unbound "$MAC"
}

line_misused()
{
	local words=$1

	shift
	{
		echo "announce $MAC dev vx100 via 10.255.0.2"
		echo "$*"
	} > "$TMP/lines"
	misused "$words" vxmob transaction "$TMP/lines" && has "$SAID" "$TMP/lines:2: "
}

# An answer is printed where its line is: what was sent before is waited for.
batches()
{
	cat > "$TMP/batch" <<-END
		mac announce $MAC dev vx100 via 10.255.0.2
		vtep move 10.255.0.2 to 10.255.0.3
		vtep show dev vx100
		mac announce 02:00:00:00:00:02 dev vx100 via 10.255.0.3
		vtep move 10.255.0.3 to 10.255.0.4 dev vx100
		move show
		mac flush dev vx100
		vtep show
	END
	must same "$(vxmob -batch "$TMP/batch")" "$(printf '%s\n' "moved 1 refused 0" \
		"10.255.0.3 dev vx100 vni 100 vid 0 macs 1 control-macs 1" "moved 2 refused 0")"
	must same "$(vxmob mac show)" ""
	# steps of a handover go into the pipeline as claims do
	cat > "$TMP/batch" <<-END
		mac announce $MAC dev vx100 via 10.255.0.2
		move hold $MAC dev g1
		vtep move 10.255.0.2 to 10.255.0.2
		move prepare $MAC dev vx100
		mac announce $MAC dev vx100 via 10.255.0.3
	END
	must understood vxmob -force -batch "$TMP/batch"
	must has "$SAID" "Command failed $TMP/batch:2"
	must has "$SAID" "Command failed $TMP/batch:3"
	must has "$SAID" "Command failed $TMP/batch:4"
	must lacks "$SAID" "$TMP/batch:1"
	must lacks "$SAID" "$TMP/batch:5"
	must bound "$MAC" '"via":"10.255.0.3"'
	# what cannot be cut into words is no end, either, and less than a refusal
	cat > "$TMP/batch" <<-END
		mac get 02:00:00:00:00:09 dev vx100
		mac announce "$MAC dev vx100 via 10.255.0.2
		mac announce $MAC dev vx100 via 10.255.0.4
	END
	must understood vxmob -force -batch "$TMP/batch"
	must has "$SAID" "$TMP/batch:2: a quote that does not end"
	must bound "$MAC" '"via":"10.255.0.4"'
	sed -i 1d "$TMP/batch"
	must misused "a quote that does not end" vxmob -force -batch "$TMP/batch"
	must misused "a quote that does not end" vxmob -batch "$TMP/batch"
	must vxmob mac flush dev vx100
}

# What a batch has sent or read before does not tell in what comes later.
long_batches()
{
	local i

	echo "announce $MAC dev vx100 via 10.255.0.2" > "$TMP/lines"
	{
		echo "transaction $TMP/lines"
		for i in {10..73}; do
			echo "mac announce 02:00:00:00:01:$i dev vx100 vni 100 via 10.255.0.2 seq 1 ip 192.0.2.1"
		done
	} > "$TMP/batch"
	must vxmob -batch "$TMP/batch"
	must same "$(vxmob mac show | grep -c ' seq 1 ')" 64
	must vxmob mac flush dev vx100
	must vxmob mac announce $MAC dev vx100 via 10.255.0.2
	mkfifo "$TMP/orders"
	command vxmob -batch - < "$TMP/orders" > "$TMP/said" &
	defer kill $!
	exec {ORDERS}> "$TMP/orders"
	echo "mac show dev vx100" >&$ORDERS
	must wait_for has_line "$TMP/said" "dev vx100"
	[[ $(uname -r) != 6.1.* ]] || return 0	# where what is up cannot be renamed
	must ip link set vx100 name vx200
	echo "mac show dev vx200" >&$ORDERS
	exec {ORDERS}>&-
	must wait_for has_line "$TMP/said" "dev vx200"
	must ip link set vx200 name vx100
	must vxmob mac flush dev vx100
}

# Every command of the grammar can be completed, and the manual knows it.
documented()
{
	local word manual completion

	manual=$(< "$NET_HERE/../tools/vxmob.8")
	completion=$(< "$NET_HERE/../tools/vxmob.bash-completion")
	for word in settle redirect announce-rounds announce-initial announce-step announce-max \
			prepare hold commit abort deadline open-on from vtep move; do
		must has "$manual" "$word"
		must has "$completion" "$word"
	done
}

# A name that the shell would carry out is offered so that it does not.
completed()
{
	. "$NET_HERE/../tools/vxmob.bash-completion"
	# /sys is another namespace's, so a folder stands for what has the names there
	must mkdir "$TMP/names"
	: > "$TMP/names/d\$(x)"
	: > "$TMP/names/p1"
	_vxmob_names d "$TMP/names"
	must same "${COMPREPLY[*]}" 'd\$\(x\)'
	_vxmob_names "" "$TMP/names"
	must same "${#COMPREPLY[@]}" 2
	_vxmob_names x "$TMP/names"
	must same "${#COMPREPLY[@]}" 0
	COMP_WORDS=(vxmob mac show on l) COMP_CWORD=4
	must _vxmob_value l on
	must same "${COMPREPLY[*]}" lo
	COMP_WORDS=(vxmob domain set dev vx100 guard on "") COMP_CWORD=7
	must not _vxmob_value "" on
}

ALL_TESTS="domain_numbers domain_defaults words move_prepare move_steps move_show
	vtep transaction_lines batches long_batches documented completed"

ASK=no
net_private "$@"
run_tests "$@"
