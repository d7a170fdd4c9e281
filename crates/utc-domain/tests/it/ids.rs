//! Ids and digests have one spelling.

use proptest::prelude::*;
use utc_domain::{ApprovalId, IdempotencyKey, ReceiptId, RequestDigest};
use uuid::Uuid;

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
const DIGEST: &str = "sha256:00ff000000000000000000000000000000000000000000000000000000000abc";

#[track_caller]
fn refused(text: &str) {
    assert!(text.parse::<ApprovalId>().is_err(), "{text:?}");
    assert!(text.parse::<ReceiptId>().is_err(), "{text:?}");
}

#[test]
fn an_id_is_read_in_its_canonical_form_only() {
    assert_eq!(ID.parse::<ApprovalId>().unwrap().to_string(), ID);
    refused("");
    refused(&ID.to_uppercase());
    refused(&ID.replace('-', ""));
    refused(&format!("{{{ID}}}"));
    refused(&format!("urn:uuid:{ID}"));
    refused(&format!(" {ID}"));
    refused(&format!("{ID}0"));
    let error = "x".parse::<ApprovalId>().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("must be an approval id, such as {ID}")
    );
}

#[test]
fn a_callers_key_is_visible_and_not_too_long() {
    for fine in ["k", "order-7/retry=2", &"x".repeat(255)] {
        assert_eq!(fine.parse::<IdempotencyKey>().unwrap().as_str(), fine);
    }
    for wrong in ["", "two words", "tab\t", "é", &"x".repeat(256)] {
        assert!(wrong.parse::<IdempotencyKey>().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_digest_is_read_in_its_canonical_form_only() {
    assert_eq!(DIGEST.parse::<RequestDigest>().unwrap().as_str(), DIGEST);
    for wrong in [
        "",
        "sha256:",
        &DIGEST[7..],
        &DIGEST.to_uppercase(),
        &DIGEST[..70],
        &format!("{DIGEST}0"),
        &DIGEST.replace("sha256", "sha512"),
    ] {
        assert!(wrong.parse::<RequestDigest>().is_err(), "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn an_id_reads_back_as_itself(number in any::<u128>()) {
        let id = ApprovalId::new(Uuid::from_u128(number));
        prop_assert_eq!(id.to_string().parse::<ApprovalId>(), Ok(id));
        prop_assert_eq!(id.as_uuid().as_u128(), number);
    }

    #[test]
    fn a_digest_reads_back_as_itself(bytes in any::<[u8; 32]>()) {
        let digest = RequestDigest::from_sha256(&bytes);
        prop_assert_eq!(digest.as_str().parse::<RequestDigest>(), Ok(digest.clone()));
        let first = format!("sha256:{:02x}{:02x}", bytes[0], bytes[1]);
        prop_assert!(digest.as_str().starts_with(&first));
    }
}
