//! What can become of an approval: every status with every event.

use std::collections::HashSet;

use utc_domain::{ApprovalEvent as Event, ApprovalStatus as Status, TransitionError};

/// All that is possible. Whatever is not in this list is refused.
const POSSIBLE: [(Status, Event, Status); 9] = [
    (Status::Pending, Event::Approved, Status::Approved),
    (Status::Pending, Event::Rejected, Status::Rejected),
    (Status::Pending, Event::Expired, Status::Expired),
    (Status::Pending, Event::Cancelled, Status::Cancelled),
    (Status::Pending, Event::Voided, Status::Void),
    (Status::Approved, Event::Used, Status::Used),
    (Status::Approved, Event::Expired, Status::Expired),
    (Status::Approved, Event::Revoked, Status::Revoked),
    (Status::Approved, Event::Voided, Status::Void),
];

fn expected(from: Status, event: Event) -> Option<Status> {
    POSSIBLE
        .into_iter()
        .find(|&(status, happens, _)| (status, happens) == (from, event))
        .map(|(_, _, to)| to)
}

#[test]
fn every_status_takes_exactly_the_events_that_are_listed() {
    for from in Status::ALL {
        for event in Event::ALL {
            let after = from.after(event);
            assert_eq!(after.ok(), expected(from, event), "{from} {event:?}");
        }
    }
}

#[test]
fn what_is_not_open_is_final() {
    for status in Status::ALL {
        let moves = Event::ALL
            .into_iter()
            .any(|event| status.after(event).is_ok());
        assert_eq!(status.is_open(), moves, "{status}");
    }
}

#[test]
fn of_two_events_that_race_the_second_is_told_what_the_first_made_of_it() {
    let used = Status::Approved.after(Event::Used).unwrap();
    let late = used.after(Event::Revoked);
    assert_eq!(
        late,
        Err(TransitionError::Approval {
            from: Status::Used,
            to: Status::Revoked
        })
    );
    assert_eq!(
        late.unwrap_err().to_string(),
        "an approval that is `used` cannot become `revoked`"
    );
}

#[test]
fn every_event_is_recorded_under_its_own_code() {
    let codes: HashSet<&str> = Event::ALL
        .into_iter()
        .map(|event| event.code().as_str())
        .collect();
    assert_eq!(codes.len(), Event::ALL.len());
    assert_eq!(Event::Voided.code().as_str(), "approval_voided");
    assert_eq!(Event::Used.code().as_str(), "approved");
}
