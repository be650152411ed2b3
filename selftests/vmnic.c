// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays a virtual machine that moves between hosts, the host that talks to it,
 * and a witness.  What a move costs is a matter of milliseconds, so all that
 * happens in one must happen in one program, by one clock, with no process
 * started and no interpreter on the way.
 *
 * The VM's NIC is a tap on each host, as it is under a hypervisor.  In a move
 * the old tap stays up and just falls silent: it is not read and not written.
 * After a moment of standing still the VM runs on the new tap, announces itself
 * there as QEMU does, and reads.  Some hundred milliseconds later the hypervisor
 * takes the old tap down.  Taking it down first would make the bridge forget the
 * MAC and flood, and hide what is to be measured.
 *
 * Another tap is the port of a host that sends numbered frames to the VM at a
 * steady rate.  The witness sees where the forwarding table of that host's VTEP
 * points: it listens to the kernel's notifications, and also asks (in another
 * thread, for an answer may have to wait for the kernel's RTNL lock), so that the
 * entry itself and not just the word of it is seen.
 *
 *   vmnic --home NS:TAP:VTEP --home NS:TAP:VTEP --sender NS:TAP
 *	   --witness NS:VXLANDEV --mac LLADDR [OPTION]...
 *
 * Orders come on standard input, a line each, and so do answers on standard
 * output, "key=value" words behind "ok", "failed" or "error":
 *
 *   boot N	the VM starts on home N; the sender starts when all know it
 *   move N	the VM moves to home N; the answer tells what it cost
 *   hand N	the same, but who waits for the fabric is not asked
 *   move N calm, hand N calm	the VM stops when nothing comes to it any more
 *   announce	the VM announces itself again, where it is
 *   hop N	the VM moves to home N, and nobody waits for the fabric
 *   frame N	a frame with the VM's MAC leaves home N, even if the VM is not there
 *   flow MS	what becomes of the frames of the next so many milliseconds
 *   where	where each home's host forwards the VM's MAC to
 *
 * With --ip the machine answers ARP and ping, and with --gateway it pings.  With
 * --guest NS:TAP it is a network namespace, with all that runs there: what is sent
 * on that tap leaves by the tap of the VM's home, and the other way round.
 *
 * In an answer to "move", times count from the VM's first frame on its new host
 * and are in microseconds:
 *
 *   fdb	until the entry pointed to the new host, and remained so
 *   fdb_first	until it did for the first time
 *   turns	how often the entry changed since the last answer
 *   arrive	until the VM had the first of the sender's frames
 *   after, lost	frames sent since the VM ran again, and lost of them
 *   still, lost_still	frames sent while it stood still, and all others lost
 *   lost_at	when the first lost one was sent, from the stop; 0: none
 *   dup, reorder	frames that came twice, or after a later one
 *   late	the sender's greatest delay: the times are no better than that
 *   pings, pongs	the machine's pings since the last answer, and the answers
 *
 * An answer to "flow" has "sent", "lost", "pings" and "pongs"; one to "where" has
 * a word for each home: its namespace, and the name of the tap, the address of a
 * VTEP, "-" where the host floods, or "?" for any other port.  A bridge that is
 * VLAN-aware wants --vid for that.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "netns.h"

#define NSEC_PER_USEC	UINT64_C(1000)
#define NSEC_PER_MSEC	UINT64_C(1000000)
#define NSEC_PER_SEC	UINT64_C(1000000000)

#define MAX_HOMES	8
#define MAX_TURNS	64
#define FRAME_SIZE	128		/* bytes, of the sender's frames */
#define FRAME_RING	(1U << 18)	/* frames remembered */
#define FRAME_MAGIC	0x766d6f76U
#define NIC_FRAME_MAX	9216		/* bytes, of any frame */
#define MAX_LATE	(20 * NSEC_PER_MSEC)	/* then frames are left out */
#define DRAIN_TIME	(200 * NSEC_PER_MSEC)	/* for second copies under way */
#define LOST_TIME	(2 * NSEC_PER_SEC)	/* after which they are lost */

#define CALM_TIME	20		/* ms without a frame */
#define CALM_LIMIT	(500 * NSEC_PER_MSEC)

#define QEMU_INITIAL	50		/* ms, to the second announcement */
#define QEMU_STEP	100		/* ms, that each later one waits longer */

/* A host that the VM can be on. */
struct home {
	const char *ns;
	const char *tap;
	uint8_t vtep[16];
	size_t vtep_len;	/* 4 or 16 */
	int fd;			/* the tap */
	int control;		/* a socket in its namespace */
	int asker;		/* another, for netlink */
	int tap_index;
	int vxlan_index;	/* of the witness's device's namesake */
};

/* What became of one of the sender's frames. */
struct frame_record {
	_Atomic uint64_t sent;		/* ns; 0: not yet */
	_Atomic uint64_t received;	/* ns, of the first copy; 0: never */
};

/* A frame of the sender's. */
struct frame {
	struct ethhdr eth;
	uint32_t magic;
	uint64_t seq;
	uint8_t fill[FRAME_SIZE - sizeof(struct ethhdr) - 12];
} __attribute__((packed));

/* A RARP packet as QEMU announces with. */
struct rarp {
	struct ethhdr eth;
	uint16_t hardware;
	uint16_t protocol;
	uint8_t hardware_len;
	uint8_t protocol_len;
	uint16_t operation;
	uint8_t source_mac[ETH_ALEN];
	uint8_t source_ip[4];
	uint8_t target_mac[ETH_ALEN];
	uint8_t target_ip[4];
	uint8_t fill[18];
} __attribute__((packed));

/* The entry changed: when, and to which home (or NOWHERE). */
struct turn {
	uint64_t when;
	int home;
};

#define NOWHERE	(-1)

static struct {
	struct home home[MAX_HOMES];
	int homes;
	struct home sender;		/* no VTEP */
	struct home guest;		/* neither, and may be missing */
	const char *witness_ns;
	const char *witness_dev;
	uint8_t mac[ETH_ALEN];
	uint64_t rate;			/* frames per second */
	uint64_t rounds;		/* announcements */
	uint64_t still;			/* ns that the VM stands still */
	uint64_t cleanup;		/* ns from run to the old tap's end */
	uint64_t quiet;			/* ns without a turn: converged */
	uint64_t limit;			/* ns, then a move has failed */
	uint64_t poll;			/* ns between two looks */
	uint64_t ping;			/* ns between two pings */
	uint64_t vid;			/* of the bridge's entry; 0: none */
} conf = {
	.rate = 1000,
	.rounds = 5,
	.still = 50 * NSEC_PER_MSEC,
	.cleanup = 300 * NSEC_PER_MSEC,
	.quiet = 1000 * NSEC_PER_MSEC,
	.limit = 10 * NSEC_PER_SEC,
	.poll = 2 * NSEC_PER_MSEC,
	.ping = 10 * NSEC_PER_MSEC,
};

/* The VM.  The main thread writes the order, then rings; all else is the VM's
 * thread's, and valid for the main thread once "runs" has been posted.
 */
static struct {
	_Atomic int order;		/* the home to move to */
	_Atomic bool orderly;		/* stand still before */
	_Atomic bool calm;		/* and wait until nothing comes */
	int bell;			/* eventfd */
	sem_t runs;			/* first frame is out */
	int home;
	unsigned int announced;		/* rounds sent */
	uint64_t next;			/* ns, when the next is due */
	uint64_t stopped_at;		/* ns */
	uint64_t running_at;		/* ns, just before its first frame */
	uint64_t next_ping;		/* ns, when it is due; 0: never */
	struct guest guest;
	uint64_t highest;		/* frame number seen */
	_Atomic uint64_t duplicates;
	_Atomic uint64_t reordered;
} vm = { .home = NOWHERE };

static struct {
	_Atomic uint64_t next;		/* number of the next frame */
	_Atomic uint64_t late;		/* ns, greatest delay of a frame */
} sender;

static struct frame_record records[FRAME_RING];

/* The witness's notes.  @lock protects them. */
static struct {
	pthread_mutex_t lock;
	struct turn turn[MAX_TURNS];
	unsigned int turns;		/* may exceed MAX_TURNS */
	int home;
	uint64_t since;			/* ns, of the last turn */
	_Atomic unsigned int heard;	/* batches of notifications */
	_Atomic bool alert;		/* ask all the time */
	int ifindex;
	int listener;			/* netlink sockets */
	int asker;
} witness = { .lock = PTHREAD_MUTEX_INITIALIZER, .home = NOWHERE };

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("vmnic: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static struct timespec timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC,
				  .tv_nsec = ns % NSEC_PER_SEC };
}

static void sleep_until(uint64_t ns)
{
	struct timespec ts = timespec(ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		;
}

/* --- network namespaces and taps ------------------------------------------ */

static int open_netlink(unsigned int group)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int size = 1 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("netlink: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (group && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				&group, sizeof(group)))
		die("netlink group: %s", strerror(errno));
	return fd;
}

/* Opens the tap and the sockets to control it with and to ask about it, from
 * within its namespace.
 */
static void open_home(struct home *home)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	netns_enter(home->ns);
	strncpy(ifr.ifr_name, home->tap, IFNAMSIZ - 1);
	home->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (home->fd < 0 || ioctl(home->fd, TUNSETIFF, &ifr))
		die("tap %s in %s: %s", home->tap, home->ns, strerror(errno));
	home->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (home->control < 0)
		die("socket: %s", strerror(errno));
	home->asker = open_netlink(0);
	home->tap_index = if_nametoindex(home->tap);
	home->vxlan_index = if_nametoindex(conf.witness_dev);
}

static void set_tap(const struct home *home, bool up)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	strncpy(ifr.ifr_name, home->tap, IFNAMSIZ - 1);
	if (ioctl(home->control, SIOCGIFFLAGS, &ifr))
		die("%s: %s", home->tap, strerror(errno));
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	if (ioctl(home->control, SIOCSIFFLAGS, &ifr))
		die("%s: %s", home->tap, strerror(errno));
}

/* What was queued for a VM that has left is lost: a new tap has no memory. */
static void empty_tap(const struct home *home)
{
	char buffer[NIC_FRAME_MAX];

	while (read(home->fd, buffer, sizeof(buffer)) > 0)
		;
}

/* --- the VM ---------------------------------------------------------------- */

/* A frame that the tap does not take is lost, as on any wire. */
static void nic_send(const struct home *nic, const void *frame, size_t len)
{
	if (len && write(nic->fd, frame, len) < 0 && errno != EIO)
		die("frame on %s: %s", nic->ns, strerror(errno));
}

static void vm_send(const void *frame, size_t len)
{
	nic_send(&conf.home[vm.home], frame, len);
}

static void send_rarp(void)
{
	struct rarp rarp = {
		.eth.h_proto = htons(ETH_P_RARP),
		.hardware = htons(1),
		.protocol = htons(ETH_P_IP),
		.hardware_len = ETH_ALEN,
		.protocol_len = 4,
		.operation = htons(3),	/* reverse request */
	};

	memset(rarp.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(rarp.eth.h_source, conf.mac, ETH_ALEN);
	memcpy(rarp.source_mac, conf.mac, ETH_ALEN);
	memcpy(rarp.target_mac, conf.mac, ETH_ALEN);
	vm_send(&rarp, sizeof(rarp));
}

/* Each round waits longer for the next, as qemu_announce_timer_step() does. */
static void vm_announce(void)
{
	uint64_t delay = QEMU_INITIAL + vm.announced * QEMU_STEP;

	vm.announced++;
	vm.next = vm.announced < conf.rounds ? now() + delay * NSEC_PER_MSEC : 0;
	send_rarp();
}

static void vm_count(uint64_t seq, uint64_t when)
{
	struct frame_record *record = &records[seq % FRAME_RING];

	if (record->received) {
		vm.duplicates++;
		return;
	}
	record->received = when;
	if (seq < vm.highest)
		vm.reordered++;
	else
		vm.highest = seq;
}

/* What the guest has sent while the VM stood still is in its tap, and leaves now. */
static void vm_forward(void)
{
	uint8_t buffer[NIC_FRAME_MAX];
	ssize_t len;

	while ((len = read(conf.guest.fd, buffer, sizeof(buffer))) > 0)
		vm_send(buffer, len);
}

static void vm_receive(void)
{
	uint8_t buffer[NIC_FRAME_MAX], reply[GUEST_FRAME_MAX];
	const struct frame *frame = (const void *)buffer;
	ssize_t len;

	while ((len = read(conf.home[vm.home].fd, buffer, sizeof(buffer))) > 0) {
		if (len == sizeof(*frame) && frame->magic == htonl(FRAME_MAGIC) &&
		    frame->eth.h_proto == htons(ETH_P_802_EX1) &&
		    !memcmp(frame->eth.h_dest, conf.mac, ETH_ALEN))
			vm_count(frame->seq, now());
		else if (conf.guest.ns)
			nic_send(&conf.guest, buffer, len);
		else if (vm.guest.ip.s_addr)
			vm_send(reply, guest_receive(&vm.guest, buffer, len, reply));
	}
}

/* A hypervisor that has its machine's frames sent elsewhere first lets it have what
 * is under way.
 */
static void vm_calm_down(void)
{
	struct pollfd tap = { .fd = conf.home[vm.home].fd, .events = POLLIN };
	uint64_t limit = now() + CALM_LIMIT;

	while (now() < limit && poll(&tap, 1, CALM_TIME) > 0)
		vm_receive();
}

/* The VM leaves its tap as it is, stands still, and runs somewhere else. */
static void vm_obey(void)
{
	uint64_t rings;

	if (read(vm.bell, &rings, sizeof(rings)) < 0)
		return;
	if (vm.orderly) {
		if (vm.calm)
			vm_calm_down();
		vm_receive();	/* what has arrived, the VM has */
		vm.stopped_at = now();
		sleep_until(vm.stopped_at + conf.still);
	}
	vm.home = vm.order;
	vm.announced = 0;
	vm.running_at = now();
	vm_announce();
	if (vm.guest.gateway.s_addr)
		vm.next_ping = now() + conf.ping;
	sem_post(&vm.runs);
}

static void vm_ping(void)
{
	uint8_t frame[GUEST_FRAME_MAX];

	vm_send(frame, guest_ping(&vm.guest, frame));
	vm.next_ping = now() + conf.ping;
}

/* When the VM has to do something by itself; 0: never. */
static uint64_t vm_due(void)
{
	if (!vm.next || !vm.next_ping)
		return vm.next | vm.next_ping;
	return vm.next < vm.next_ping ? vm.next : vm.next_ping;
}

static void *vm_run(void *unused)
{
	(void)unused;
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = vm.bell, .events = POLLIN },
			{ .fd = vm.home == NOWHERE ? -1 : conf.home[vm.home].fd,
			  .events = POLLIN },
			{ .fd = conf.guest.ns && vm.home != NOWHERE ?
			  conf.guest.fd : -1, .events = POLLIN },
		};
		uint64_t time = now(), due = vm_due();
		struct timespec wait = timespec(due > time ? due - time : 0);

		if (ppoll(fds, 3, due ? &wait : NULL, NULL) < 0)
			continue;
		if (fds[0].revents) {
			vm_obey();
			continue;
		}
		if (fds[1].revents)
			vm_receive();
		if (fds[2].revents)
			vm_forward();
		if (vm.next && now() >= vm.next)
			vm_announce();
		if (vm.next_ping && now() >= vm.next_ping)
			vm_ping();
	}
	return NULL;
}

/* --- the sender ------------------------------------------------------------ */

static void send_frame(struct frame *frame, uint64_t due)
{
	struct frame_record *record;
	uint64_t time = now();

	frame->seq = sender.next;
	record = &records[frame->seq % FRAME_RING];
	record->received = 0;
	record->sent = time;
	if (time - due > sender.late)
		sender.late = time - due;
	if (write(conf.sender.fd, frame, sizeof(*frame)) < 0)
		die("sender: %s", strerror(errno));
	sender.next++;
}

/* Frame by frame by the clock: a late one does not delay those behind it.  But
 * where the machine cannot keep up a burst would only measure its queues: then
 * the frames that were due are left out, and the answer tells how late it was.
 */
static void *sender_run(void *unused)
{
	struct frame frame = {
		.eth.h_source = { 0x52, 0x54, 0x00, 0x00, 0x20, 0x03 },
		.eth.h_proto = htons(ETH_P_802_EX1),
		.magic = htonl(FRAME_MAGIC),
	};
	uint64_t due = now();

	(void)unused;
	memcpy(frame.eth.h_dest, conf.mac, ETH_ALEN);
	for (;;) {
		send_frame(&frame, due);
		due += NSEC_PER_SEC / conf.rate;
		if (now() > due + MAX_LATE)
			due = now();
		sleep_until(due);
	}
	return NULL;
}

/* --- the witness ----------------------------------------------------------- */

static int home_of_vtep(const struct rtattr *dst)
{
	int i;

	for (i = 0; i < conf.homes; i++)
		if (conf.home[i].vtep_len == RTA_PAYLOAD(dst) &&
		    !memcmp(conf.home[i].vtep, RTA_DATA(dst), RTA_PAYLOAD(dst)))
			return i;
	return NOWHERE;
}

/* The caller holds the lock. */
static void turn_to(int home, uint64_t when)
{
	if (home == witness.home)
		return;
	if (witness.turns < MAX_TURNS)
		witness.turn[witness.turns] =
			(struct turn){ .when = when, .home = home };
	witness.turns++;
	witness.home = home;
	witness.since = when;
}

/* The value of an attribute of a message about a neighbour or an entry. */
static const struct rtattr *attribute(const struct nlmsghdr *nlh,
				      unsigned short type)
{
	const char *ndm = NLMSG_DATA(nlh);
	const struct rtattr *rta = (const void *)(ndm + NLMSG_ALIGN(sizeof(struct ndmsg)));
	int len = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(struct ndmsg));

	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == type)
			return rta;
	return NULL;
}

/* Reads where the entry points to out of a message.  A message about the VM's
 * MAC on the vxlan device itself has a destination; the bridge's messages about
 * the same port and MAC have not.  Returns whether it is one.
 */
static bool parse_entry(const struct nlmsghdr *nlh, int *home)
{
	const struct ndmsg *ndm = NLMSG_DATA(nlh);
	const struct rtattr *dst, *lladdr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH && nlh->nlmsg_type != RTM_DELNEIGH)
		return false;
	if (ndm->ndm_family != AF_BRIDGE || ndm->ndm_ifindex != witness.ifindex)
		return false;
	dst = attribute(nlh, NDA_DST);
	lladdr = attribute(nlh, NDA_LLADDR);
	if (!dst || !lladdr || memcmp(RTA_DATA(lladdr), conf.mac, ETH_ALEN))
		return false;
	*home = nlh->nlmsg_type == RTM_NEWNEIGH ? home_of_vtep(dst) : NOWHERE;
	return true;
}

static void *listener_run(void *unused)
{
	char buffer[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
	int home;

	(void)unused;
	for (;;) {
		int len = recv(witness.listener, buffer, sizeof(buffer), 0);
		struct nlmsghdr *nlh = (void *)buffer;
		uint64_t when = now();

		pthread_mutex_lock(&witness.lock);
		witness.heard++;
		for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			if (parse_entry(nlh, &home))
				turn_to(home, when);
		pthread_mutex_unlock(&witness.lock);
	}
	return NULL;
}

/* A buffer for netlink's answers. */
struct answer {
	union {
		struct nlmsghdr nlh;
		char buffer[4096];
	};
	int len;
};

/* Asks for an entry of the VM's MAC: that of the device itself (NTF_SELF), or of
 * its bridge (NTF_MASTER), where VLANs may matter.
 */
static void ask_entry(int fd, int ifindex, int flags, struct answer *answer)
{
	struct {
		struct nlmsghdr nlh;
		struct ndmsg ndm;
		struct rtattr lladdr;
		uint8_t mac[8];
		struct rtattr vlan;
		uint16_t vid[2];
	} request = {
		.nlh.nlmsg_len = sizeof(request),
		.nlh.nlmsg_type = RTM_GETNEIGH,
		.nlh.nlmsg_flags = NLM_F_REQUEST,
		.ndm.ndm_family = AF_BRIDGE,
		.ndm.ndm_ifindex = ifindex,
		.ndm.ndm_flags = flags,
		.lladdr.rta_type = NDA_LLADDR,
		.lladdr.rta_len = RTA_LENGTH(ETH_ALEN),
		.vlan.rta_type = NDA_VLAN,
		.vlan.rta_len = RTA_LENGTH(sizeof(request.vid[0])),
		.vid[0] = conf.vid,
	};

	memcpy(request.mac, conf.mac, ETH_ALEN);
	if (flags == NTF_SELF || !conf.vid)
		request.nlh.nlmsg_len = offsetof(typeof(request), vlan);
	if (send(fd, &request, request.nlh.nlmsg_len, 0) < 0)
		die("RTM_GETNEIGH: %s", strerror(errno));
	answer->len = recv(fd, answer->buffer, sizeof(answer->buffer), 0);
}

/* Asks for the entry.  That there is none is an error's way of saying that the
 * kernel floods.
 */
static bool ask(int *home)
{
	struct answer answer;

	ask_entry(witness.asker, witness.ifindex, NTF_SELF, &answer);
	if (!NLMSG_OK(&answer.nlh, answer.len))
		return false;
	*home = NOWHERE;
	return answer.nlh.nlmsg_type == NLMSG_ERROR || parse_entry(&answer.nlh, home);
}

/* An answer counts only if nothing was heard since the question: it may be the
 * older news of the two.
 */
static void *asker_run(void *unused)
{
	int home;

	(void)unused;
	for (;;) {
		unsigned int heard = witness.heard;

		if (ask(&home)) {
			uint64_t when = now();

			pthread_mutex_lock(&witness.lock);
			if (heard == witness.heard)
				turn_to(home, when);
			pthread_mutex_unlock(&witness.lock);
		}
		sleep_until(now() + (witness.alert ? conf.poll : 20 * NSEC_PER_MSEC));
	}
	return NULL;
}

/* Waits until the entry has pointed to a home for long enough; says whether it
 * did so before the time was up.
 */
static bool wait_converged(int home, uint64_t from)
{
	bool there;

	for (;;) {
		uint64_t time = now();

		pthread_mutex_lock(&witness.lock);
		there = witness.home == home;
		if (there && time >= witness.since + conf.quiet &&
		    time >= from + conf.quiet) {
			pthread_mutex_unlock(&witness.lock);
			return true;
		}
		pthread_mutex_unlock(&witness.lock);
		if (time >= from + conf.limit)
			return false;
		sleep_until(time + 5 * NSEC_PER_MSEC);
	}
}

/* --- orders ---------------------------------------------------------------- */

/* Counts over a range of frame numbers. */
struct tally {
	uint64_t after, lost;
	uint64_t still, lost_still;
	uint64_t arrive;		/* ns; 0: never */
	int64_t lost_at;		/* ns from the stop, of the first; 0: none */
};

static void count_frames(uint64_t begin, uint64_t end, struct tally *tally)
{
	uint64_t seq;

	if (end - begin >= FRAME_RING)
		die("more frames in a move than can be remembered");
	for (seq = begin; seq < end; seq++) {
		const struct frame_record *record = &records[seq % FRAME_RING];
		uint64_t sent = record->sent, received = record->received;

		if (!received && !tally->lost_at)
			tally->lost_at = sent - vm.stopped_at;
		if (sent >= vm.running_at) {
			tally->after++;
			tally->lost += !received;
			if (received && (!tally->arrive || received < tally->arrive))
				tally->arrive = received;
		} else {
			tally->still += sent >= vm.stopped_at;
			tally->lost_still += !received;
		}
	}
}

static uint64_t count_missing(uint64_t begin, uint64_t end)
{
	uint64_t seq, missing = 0;

	for (seq = begin; seq < end; seq++)
		missing += !records[seq % FRAME_RING].received;
	return missing;
}

/* Waits for what is under way; returns how many frames are lost. */
static uint64_t wait_missing(uint64_t begin, uint64_t end)
{
	uint64_t lost, limit = now() + LOST_TIME;

	while ((lost = count_missing(begin, end)) && now() < limit)
		sleep_until(now() + 5 * NSEC_PER_MSEC);
	return lost;
}

static uint64_t usec_since_run(uint64_t when)
{
	return when > vm.running_at ? (when - vm.running_at) / NSEC_PER_USEC : 0;
}

/* Tells the first and the last turn to a home, and forgets all turns. */
static unsigned int take_turns(int home, uint64_t *first, uint64_t *last)
{
	unsigned int i, turns;

	*first = 0;
	*last = 0;
	pthread_mutex_lock(&witness.lock);
	turns = witness.turns;
	for (i = 0; i < turns && i < MAX_TURNS; i++) {
		if (witness.turn[i].home != home ||
		    witness.turn[i].when < vm.running_at)
			continue;
		if (!*first)
			*first = witness.turn[i].when;
		*last = witness.turn[i].when;
	}
	if (turns > MAX_TURNS)
		*last = witness.since;
	witness.turns = 0;
	pthread_mutex_unlock(&witness.lock);
	return turns;
}

static void print_move(int home, bool converged, const struct tally *tally)
{
	uint64_t first, last;
	unsigned int turns = take_turns(home, &first, &last);

	printf("%s fdb=%" PRIu64 " fdb_first=%" PRIu64 " turns=%u arrive=%" PRIu64,
	       converged ? "ok" : "failed",
	       converged ? usec_since_run(last) : conf.limit / NSEC_PER_USEC,
	       usec_since_run(first), turns, usec_since_run(tally->arrive));
	printf(" after=%" PRIu64 " lost=%" PRIu64 " still=%" PRIu64 " lost_still=%" PRIu64,
	       tally->after, tally->lost, tally->still, tally->lost_still);
	printf(" lost_at=%" PRId64, tally->lost_at / (int64_t)NSEC_PER_USEC);
	printf(" dup=%" PRIu64 " reorder=%" PRIu64 " late=%" PRIu64,
	       atomic_exchange(&vm.duplicates, 0), atomic_exchange(&vm.reordered, 0),
	       atomic_exchange(&sender.late, 0) / NSEC_PER_USEC);
	printf(" pings=%" PRIu64 " pongs=%" PRIu64 "\n",
	       atomic_exchange(&vm.guest.pings, 0), atomic_exchange(&vm.guest.pongs, 0));
}

/* Lets the VM run on a home, and waits until its first frame is out. */
static void ring(int home, bool orderly)
{
	uint64_t one = 1;

	vm.order = home;
	vm.orderly = orderly;
	if (write(vm.bell, &one, sizeof(one)) < 0)
		die("eventfd: %s", strerror(errno));
	while (sem_wait(&vm.runs))
		;
}

/* The sender has a CPU, as a network card would see to it that a flow has: else
 * the stack reorders frames.  The witness listens there as well.  All hosts of the
 * fabric share the VM's CPU, and what they go on to do once the entry has turned
 * is not to be waited for.
 */
enum cpu { CPU_SENDER, CPU_VM };

static void stay_on_cpu(pthread_t thread, enum cpu want)
{
	cpu_set_t allowed, cpus;
	unsigned int cpu, seen = 0;

	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (cpu = 0; cpu < CPU_SETSIZE && seen <= want; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&cpus);
		CPU_SET(cpu, &cpus);
		seen++;
	}
	pthread_setaffinity_np(thread, sizeof(cpus), &cpus);
}

static void start_thread(void *(*run)(void *), enum cpu cpu, int priority)
{
	struct sched_param param = { .sched_priority = priority };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL))
		die("no thread");
	stay_on_cpu(thread, cpu);
	if (pthread_setschedparam(thread, SCHED_FIFO, &param))
		fprintf(stderr, "vmnic: without real-time priority, times are worse\n");
}

static void order_boot(int home)
{
	uint64_t first, last;
	bool converged;

	ring(home, false);
	converged = wait_converged(home, vm.running_at);
	take_turns(home, &first, &last);
	start_thread(sender_run, CPU_SENDER, 2);
	printf("%s\n", converged ? "ok" : "failed");
}

static void order_move(int home, bool wait)
{
	static uint64_t begin;
	struct home *old = &conf.home[vm.home];
	struct tally tally = { 0 };
	bool converged = true;
	uint64_t end;

	witness.alert = wait;
	ring(home, true);
	sleep_until(vm.running_at + conf.cleanup);
	set_tap(old, false);
	empty_tap(old);
	if (wait)
		converged = wait_converged(home, vm.running_at);
	else
		sleep_until(now() + conf.quiet);
	witness.alert = false;
	end = sender.next;
	sleep_until(now() + DRAIN_TIME);
	wait_missing(begin, end);
	count_frames(begin, end, &tally);
	begin = end;
	set_tap(old, true);
	print_move(home, converged, &tally);
}

static void order_announce(void)
{
	bool converged;

	ring(vm.home, false);
	converged = wait_converged(vm.home, vm.running_at);
	printf("%s\n", converged ? "ok" : "failed");
}

static void order_hop(int home)
{
	ring(home, true);
	printf("ok\n");
}

/* A frame that says nothing but who sent it. */
static void order_frame(int home)
{
	struct frame frame = { .eth.h_proto = htons(ETH_P_802_EX1) };

	memset(frame.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(frame.eth.h_source, conf.mac, ETH_ALEN);
	if (write(conf.home[home].fd, &frame, sizeof(frame)) < 0)
		die("frame on %s: %s", conf.home[home].ns, strerror(errno));
	printf("ok\n");
}

/* A slow machine must not count as a loss. */
static void order_flow(int ms)
{
	uint64_t lost, end, begin = sender.next;

	vm.guest.pings = 0;
	vm.guest.pongs = 0;
	sleep_until(now() + ms * NSEC_PER_MSEC);
	end = sender.next;
	lost = wait_missing(begin, end);
	printf("ok sent=%" PRIu64 " lost=%" PRIu64 " pings=%" PRIu64 " pongs=%" PRIu64 "\n",
	       end - begin, lost, atomic_exchange(&vm.guest.pings, 0),
	       atomic_exchange(&vm.guest.pongs, 0));
}

static bool is_entry(const struct answer *answer)
{
	return NLMSG_OK(&answer->nlh, answer->len) &&
	       answer->nlh.nlmsg_type == RTM_NEWNEIGH;
}

/* The VTEP that a home's vxlan device has for the VM's MAC. */
static const char *vtep_at(const struct home *home, char *text)
{
	struct answer answer;
	const struct rtattr *dst;
	int family;

	ask_entry(home->asker, home->vxlan_index, NTF_SELF, &answer);
	if (!is_entry(&answer))
		return "-";
	dst = attribute(&answer.nlh, NDA_DST);
	if (!dst)
		return "?";
	family = RTA_PAYLOAD(dst) == sizeof(struct in_addr) ? AF_INET : AF_INET6;
	return inet_ntop(family, RTA_DATA(dst), text, INET6_ADDRSTRLEN);
}

/* Where a home's host forwards the VM's MAC to. */
static const char *place_at(const struct home *home, char *text)
{
	const struct ndmsg *ndm;
	struct answer answer;

	ask_entry(home->asker, home->tap_index, NTF_MASTER, &answer);
	if (!is_entry(&answer))
		return "-";
	ndm = NLMSG_DATA(&answer.nlh);
	if (ndm->ndm_ifindex == home->tap_index)
		return home->tap;
	if (ndm->ndm_ifindex == home->vxlan_index)
		return vtep_at(home, text);
	return "?";
}

static void order_where(void)
{
	char text[INET6_ADDRSTRLEN];
	int i;

	printf("ok");
	for (i = 0; i < conf.homes; i++)
		printf(" %s=%s", conf.home[i].ns, place_at(&conf.home[i], text));
	printf("\n");
}

static void obey(char *line)
{
	const char *word = strtok(line, "\n ");
	const char *number = strtok(NULL, "\n ");
	const char *how = strtok(NULL, "\n ");
	int home = number ? atoi(number) : NOWHERE;
	bool runs = vm.home != NOWHERE;

	vm.calm = how && !strcmp(how, "calm");
	if (!word || runs == !strcmp(word, "boot"))
		printf("error\n");
	else if (!strcmp(word, "announce"))
		order_announce();
	else if (!strcmp(word, "where"))
		order_where();
	else if (!strcmp(word, "flow") && home > 0)
		order_flow(home);
	else if (home < 0 || home >= conf.homes)
		printf("error\n");
	else if (!strcmp(word, "frame"))
		order_frame(home);
	else if (home == vm.home)
		printf("error\n");
	else if (!strcmp(word, "boot"))
		order_boot(home);
	else if (!strcmp(word, "move"))
		order_move(home, true);
	else if (!strcmp(word, "hand"))
		order_move(home, false);
	else if (!strcmp(word, "hop"))
		order_hop(home);
	else
		printf("error\n");
	fflush(stdout);
}

/* --- the command line ------------------------------------------------------ */

static void parse_home(struct home *home, char *arg, bool with_vtep)
{
	const char *vtep;

	home->ns = strtok(arg, ":");
	home->tap = strtok(NULL, ":");
	/* An IPv6 address has colons of its own. */
	vtep = strtok(NULL, "");
	home->vtep_len = vtep && strchr(vtep, ':') ? 16 : 4;
	if (!home->ns || !home->tap || with_vtep != !!vtep ||
	    (vtep && inet_pton(home->vtep_len == 16 ? AF_INET6 : AF_INET, vtep,
			       home->vtep) != 1))
		die("wants NS:TAP%s", with_vtep ? ":VTEP" : "");
}

static void parse_mac(const char *arg)
{
	if (sscanf(arg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &conf.mac[0], &conf.mac[1],
		   &conf.mac[2], &conf.mac[3], &conf.mac[4], &conf.mac[5]) != 6)
		die("%s is no MAC address", arg);
}

static void parse_ip(const char *arg, struct in_addr *addr)
{
	if (inet_pton(AF_INET, arg, addr) != 1)
		die("%s is no IPv4 address", arg);
}

static void parse_witness(char *arg)
{
	conf.witness_ns = strtok(arg, ":");
	conf.witness_dev = strtok(NULL, ":");
	if (!conf.witness_ns || !conf.witness_dev)
		die("--witness wants NS:DEV");
}

static uint64_t parse_number(const char *arg, uint64_t unit)
{
	char *end;
	uint64_t number = strtoull(arg, &end, 10);

	if (*end || end == arg)
		die("%s is no number", arg);
	return number * unit;
}

static void __attribute__((noreturn)) usage(void)
{
	die("--mac LLADDR --home NS:TAP:VTEP... --sender NS:TAP --witness NS:DEV\n"
	    "\t[--rate FRAMES_PER_S] [--rounds N] [--still MS] [--cleanup MS]\n"
	    "\t[--quiet MS] [--limit MS] [--poll US] [--vid VID]\n"
	    "\t[--ip ADDR [--gateway ADDR] [--ping MS]] [--guest NS:TAP]");
}

static bool parse_number_option(const char *name, const char *arg)
{
	static const struct {
		const char *name;
		uint64_t *value;
		uint64_t unit;
	} numbers[] = {
		{ "--rate", &conf.rate, 1 },
		{ "--rounds", &conf.rounds, 1 },
		{ "--still", &conf.still, NSEC_PER_MSEC },
		{ "--cleanup", &conf.cleanup, NSEC_PER_MSEC },
		{ "--quiet", &conf.quiet, NSEC_PER_MSEC },
		{ "--limit", &conf.limit, NSEC_PER_MSEC },
		{ "--poll", &conf.poll, NSEC_PER_USEC },
		{ "--ping", &conf.ping, NSEC_PER_MSEC },
		{ "--vid", &conf.vid, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!strcmp(name, numbers[i].name)) {
			*numbers[i].value = parse_number(arg, numbers[i].unit);
			return true;
		}
	}
	return false;
}

static void parse_option(const char *name, char *arg)
{
	if (!strcmp(name, "--mac")) {
		parse_mac(arg);
	} else if (!strcmp(name, "--home")) {
		if (conf.homes == MAX_HOMES)
			die("too many homes");
		parse_home(&conf.home[conf.homes++], arg, true);
	} else if (!strcmp(name, "--sender")) {
		parse_home(&conf.sender, arg, false);
	} else if (!strcmp(name, "--guest")) {
		parse_home(&conf.guest, arg, false);
	} else if (!strcmp(name, "--witness")) {
		parse_witness(arg);
	} else if (!strcmp(name, "--ip")) {
		parse_ip(arg, &vm.guest.ip);
	} else if (!strcmp(name, "--gateway")) {
		parse_ip(arg, &vm.guest.gateway);
	} else if (!parse_number_option(name, arg)) {
		usage();
	}
}

static void parse(int argc, char **argv)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2)
		parse_option(argv[i], argv[i + 1]);
	if (i != argc || !conf.homes || !conf.sender.ns || !conf.witness_ns ||
	    !conf.rate || !conf.rounds ||
	    (vm.guest.gateway.s_addr && !vm.guest.ip.s_addr))
		usage();
	memcpy(vm.guest.mac, conf.mac, ETH_ALEN);
}

static void open_all(void)
{
	int i;

	for (i = 0; i < conf.homes; i++)
		open_home(&conf.home[i]);
	open_home(&conf.sender);
	if (conf.guest.ns)
		open_home(&conf.guest);
	netns_enter(conf.witness_ns);
	witness.ifindex = if_nametoindex(conf.witness_dev);
	if (!witness.ifindex)
		die("%s: %s", conf.witness_dev, strerror(errno));
	witness.listener = open_netlink(RTNLGRP_NEIGH);
	witness.asker = open_netlink(0);
	vm.bell = eventfd(0, EFD_CLOEXEC);
	sem_init(&vm.runs, 0, 0);
}

int main(int argc, char **argv)
{
	char line[256];

	parse(argc, argv);
	open_all();
	start_thread(asker_run, CPU_VM, 1);
	start_thread(listener_run, CPU_SENDER, 4);
	start_thread(vm_run, CPU_VM, 3);
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	return 0;
}
