//! No latch: with its own capacity a unit comes back from every burst.

use proptest::collection::vec;
use proptest::prelude::*;
use utc_domain::ProtectionLevel;

use crate::support::Queue;

/// Two days: the largest burst takes about a hundred reports to fade, and two windows follow.
const PATIENCE_MINUTES: i64 = 2 * 24 * 60;

proptest! {
    #[test]
    fn a_unit_recovers_from_any_burst(
        capacity in 1.0..10_000.0,
        base_rho in 0.0..0.49,
        burst in vec((prop_oneof![0.0..20_000.0, 0.0..=1e9], 1i64..=90), 1..40),
        every in 2i64..=10,
    ) {
        let mut queue = Queue::classic();
        let mut minutes = 0;
        for (arrival_rate, gap) in burst {
            minutes += gap;
            queue.feed(arrival_rate, capacity, minutes);
        }
        let end = minutes + PATIENCE_MINUTES;
        while minutes < end {
            minutes += every;
            queue.feed(base_rho * capacity, capacity, minutes);
        }
        prop_assert_eq!(queue.level(), ProtectionLevel::Permissive);
    }
}

/// The mistake that the crate documentation warns of, to show that the property above could fail.
#[test]
fn a_capacity_that_falls_with_the_level_would_lock_the_unit() {
    let capacity_at = |level| match level {
        ProtectionLevel::Permissive => 100.0,
        ProtectionLevel::RequireApproval => 60.0,
        ProtectionLevel::ReadOnly => 30.0,
    };
    let levels = |own_capacity: bool| {
        let mut queue = Queue::classic();
        queue.feed(40.0, 100.0, 0);
        queue.feed(400.0, 100.0, 5);
        for minutes in (10..PATIENCE_MINUTES).step_by(5) {
            let capacity = if own_capacity {
                100.0
            } else {
                capacity_at(queue.level())
            };
            queue.feed(40.0, capacity, minutes);
        }
        queue.level()
    };
    assert_eq!(
        (levels(true), levels(false)),
        (ProtectionLevel::Permissive, ProtectionLevel::ReadOnly)
    );
}
