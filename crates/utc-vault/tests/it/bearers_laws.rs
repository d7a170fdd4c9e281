//! Tokens, sessions and links, by law.

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use utc_vault::{ApiToken, BearerError};

use crate::fixture::keys;

fn tokens() -> impl Strategy<Value = ApiToken> {
    any::<([u8; 8], [u8; 32])>().prop_map(|(id, secret)| ApiToken::new(id, &secret))
}

proptest! {
    #[test]
    fn what_is_written_is_read(token in tokens()) {
        let text = token.render();
        let read = ApiToken::parse(&text).unwrap();
        prop_assert_eq!(read.render(), text);
        prop_assert_eq!(read.id(), token.id());
        let ring = keys(1, &[]);
        prop_assert!(read.matches(&ring, &token.hash(&ring)).is_match());
    }

    #[test]
    fn one_changed_character_is_never_a_token(
        token in tokens(),
        at in 4..69_usize,
        to in "[0-9A-Za-z_-]",
    ) {
        let text = token.render();
        let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
        match ApiToken::parse(&changed) {
            Ok(read) => prop_assert_eq!((read.render(), &changed), (text.clone(), &*text)),
            Err(error) => prop_assert!(
                matches!(error, BearerError::Form | BearerError::Checksum),
                "{}", error
            ),
        }
    }

    #[test]
    fn two_neighbours_exchanged_are_never_another_token(token in tokens(), at in 4..68_usize) {
        let text = token.render();
        let mut bytes = text.as_bytes().to_vec();
        bytes.swap(at, at + 1);
        let exchanged = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(ApiToken::parse(&exchanged).is_ok(), exchanged == text.as_str());
    }

    #[test]
    fn no_text_makes_the_parser_panic_or_has_two_spellings(
        text in "\\PC{0,90}|utc_\\PC{65}|utc_[0-9a-f]{16}_[0-9A-Za-z_-]{48}",
    ) {
        if let Ok(token) = ApiToken::parse(&text) {
            prop_assert!(*token.render() == text);
        }
    }

    #[test]
    fn refusals_show_nothing_of_the_text(secret in "[0-9A-Za-z]{12,60}") {
        for text in [secret.clone(), format!("utc_{secret}")] {
            let error = ApiToken::parse(&text).unwrap_err();
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }
}
