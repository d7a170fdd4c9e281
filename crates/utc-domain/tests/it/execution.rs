//! What can become of an allowed request: every status with every event.

use std::collections::HashSet;

use utc_domain::{ExecutionEvent as Event, ExecutionStatus as Status, TransitionError};

/// All that is possible. Whatever is not in this list is refused.
const POSSIBLE: [(Status, Event, Status); 6] = [
    (Status::None, Event::Started, Status::Executing),
    (Status::Executing, Event::Done, Status::Done),
    (Status::Executing, Event::Failed, Status::Failed),
    (
        Status::Executing,
        Event::OutcomeUnknown,
        Status::OutcomeUnknown,
    ),
    (Status::OutcomeUnknown, Event::SettledDone, Status::Done),
    (Status::OutcomeUnknown, Event::SettledFailed, Status::Failed),
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
fn nothing_is_sent_twice() {
    for from in Status::ALL {
        let starts = from.after(Event::Started).is_ok();
        assert_eq!(starts, from == Status::None, "{from}");
    }
}

#[test]
fn an_unknown_outcome_is_settled_by_a_person_only() {
    for late in [Event::Done, Event::Failed] {
        let refused = Status::OutcomeUnknown.after(late);
        assert_eq!(refused, Err(TransitionError::NeedsPerson), "{late:?}");
    }
    let again = Status::Done.after(Event::SettledFailed).unwrap_err();
    assert_eq!(
        again.to_string(),
        "an execution that is `done` cannot become `failed`"
    );
}

#[test]
fn every_event_is_recorded_under_its_own_code() {
    let codes: HashSet<&str> = Event::ALL
        .into_iter()
        .map(|event| event.code().as_str())
        .collect();
    assert_eq!(codes.len(), Event::ALL.len());
    assert_eq!(
        Event::SettledFailed.code().as_str(),
        "execution_settled_failed"
    );
}
