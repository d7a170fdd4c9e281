//! What a receipt says of the people who approve.

use utc_domain::{ApprovalQueue, Meta};

#[track_caller]
fn check(queue: ApprovalQueue, expected: &Meta) {
    let mut meta = Meta::default();
    queue.record_in(&mut meta);
    assert_eq!(&meta, expected);
    assert_eq!(meta.approval_saturated, Some(!queue.is_open()));
}

#[test]
fn every_queue_leaves_the_numbers_that_its_sentence_needs() {
    let saturated = |saturated| Meta {
        approval_saturated: Some(saturated),
        ..Meta::default()
    };
    let (open, limit) = (4, 3);
    check(ApprovalQueue::Open, &saturated(false));
    check(
        ApprovalQueue::Saturated {
            expected_wait_minutes: 90.5,
            backlog: 7,
        },
        &Meta {
            expected_wait_minutes: Some(90.5),
            approval_backlog: Some(7),
            ..saturated(true)
        },
    );
    check(
        ApprovalQueue::SubjectLimit { open, limit },
        &Meta {
            approvals_open: Some(4),
            subject_limit: Some(3),
            ..saturated(true)
        },
    );
    check(
        ApprovalQueue::TokenLimit { open, limit },
        &Meta {
            approvals_open: Some(4),
            token_limit: Some(3),
            ..saturated(true)
        },
    );
}
