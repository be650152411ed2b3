// SPDX-License-Identifier: GPL-2.0-only
/*
 * Duplicate detection (RFC 7432 section 15.1): an address that moves too often
 * is likely in use twice.
 */
#include "vxmob.h"

/**
 * vxmob_unfreeze - Let a MAC move again
 * @d: the domain
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_unfreeze(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	if (b->mob.status == VXMOB_STATUS_FROZEN)
		b->mob.status = VXMOB_STATUS_CONFIRMED;
}
