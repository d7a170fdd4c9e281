//! Whether people can approve what waits for them.

use utc_domain::ApprovalQueue;

use super::{About, Hindrance, Scene, Weight};

impl Scene<'_> {
    /// What a request of anybody would find that has to wait for people now.
    pub(super) fn queue(&self) -> ApprovalQueue {
        let cache = self.console.cache();
        let people = cache.identities().approvers();
        let options = &self.console.options().approvals;
        let quorum = self.view.config.approvals_required;
        let now = self.console.clock().now();
        cache
            .waiting()
            .room_for_anybody(&self.view.name, quorum, &people, options, now)
    }

    fn people(&self) -> u32 {
        let people = self.console.cache().identities().approvers();
        people.count(self.view.name.as_str(), self.console.clock().now())
    }

    /// That people are missing, or have too much waiting.
    pub(super) fn crowded(&self, queue: ApprovalQueue) -> Option<Hindrance> {
        let people = self.people();
        let needed = self.view.config.approvals_required;
        if let ApprovalQueue::Saturated {
            expected_wait_minutes,
            backlog,
        } = queue
        {
            let may = self.console.options().approvals.ttl_minutes();
            return Some(Hindrance {
                about: About::People,
                weight: Weight::Refuses,
                ground: None,
                what: "New requests are refused: those who approve have too much waiting".to_owned(),
                cause: format!(
                    "{} for {} with the role approver on this unit. A new one would wait about {expected_wait_minutes:.0} min, \
                     longer than the {may} min that it may, so it is refused at once instead of kept in vain (approval_saturated).",
                    count(backlog, "request waits", "requests wait"),
                    count(u64::from(people), "person", "people"),
                ),
                receipt_id: None,
                way_out: "Each vote makes room: decide what waits, on the page Approvals. An administrator can let in more people \
                          with the role approver, on the page Access."
                    .to_owned(),
            });
        }
        (people < needed).then(|| Hindrance {
            about: About::People,
            weight: Weight::Holds,
            ground: None,
            what: match people {
                0 => "Nobody can approve here".to_owned(),
                _ => format!("Only {people} of {needed} people who have to approve are there"),
            },
            cause: format!(
                "It takes {} with the role approver on this unit, and there {}. What is asked for waits until its time is over.",
                count(u64::from(needed), "person", "different people"),
                match people {
                    0 => "is nobody".to_owned(),
                    1 => "is 1".to_owned(),
                    more => format!("are {more}"),
                }
            ),
            receipt_id: None,
            way_out: "An administrator gives somebody the role approver on this unit, on the page Access.".to_owned(),
        })
    }
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
