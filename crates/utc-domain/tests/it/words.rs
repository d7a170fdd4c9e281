//! The fixed words of the domain read back as what wrote them, and their counts are bounded.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use utc_domain::{
    ApprovalStatus, DomainError, ExecutionStatus, GrantUse, Quorum, ReceiptKind, VoteChoice,
};

#[track_caller]
fn check<T>(all: &[T])
where
    T: FromStr<Err = DomainError> + Display + Debug + PartialEq,
{
    for value in all {
        let word = value.to_string();
        assert_eq!(word.parse::<T>().as_ref(), Ok(value));
        assert!(word.to_uppercase().parse::<T>().is_err(), "{word}");
        // The message lists every word that is allowed.
        let message = "no such word".parse::<T>().unwrap_err().to_string();
        assert!(message.contains(&format!("`{word}`")), "{message}");
    }
}

#[test]
fn words_read_back_as_what_wrote_them() {
    check(&ApprovalStatus::ALL);
    check(&ExecutionStatus::ALL);
    check(&VoteChoice::ALL);
    check(&GrantUse::ALL);
    check(&ReceiptKind::ALL);
}

#[test]
fn a_quorum_is_one_to_twenty_people() {
    assert_eq!(Quorum::new(1), Ok(Quorum::ONE));
    assert_eq!(Quorum::new(20), Ok(Quorum::MAX));
    for people in [0, 21, u32::MAX] {
        assert_eq!(
            Quorum::new(people).unwrap_err().to_string(),
            "must be a number of people from 1 to 20"
        );
    }
}
