//! JSON with one meaning.

use utc_tdx::receive::native;
use utc_tdx::{Event, MAX_DEPTH, QuarantineReason, Refusal};

use crate::support::{Post, check_refused, speaker};

fn receive(body: &[u8]) -> Result<Vec<Event>, Refusal> {
    Post::new("application/json", body).to(|delivery| native::receive(delivery, &speaker(&["**"])))
}

/// An event with something nested this deep in a member that nobody reads.
fn nested(depth: usize) -> Vec<u8> {
    let open = "[".repeat(depth - 1);
    let close = "]".repeat(depth - 1);
    let event = crate::support::native().to_string();
    let head = event.strip_suffix('}').unwrap();
    format!("{head},\"deep\":{open}{close}}}").into_bytes()
}

#[test]
fn sixty_four_levels_are_read_and_one_more_is_not() {
    assert_eq!(receive(&nested(MAX_DEPTH)).unwrap().len(), 1);
    let deeper = receive(&nested(MAX_DEPTH + 1));
    check_refused(deeper, QuarantineReason::Json, "more than 64 deep");
    check_refused(receive(&nested(100_000)), QuarantineReason::Json, "64 deep");
    let objects = "{\"a\":".repeat(100_000);
    check_refused(receive(objects.as_bytes()), QuarantineReason::Json, "64");
}

#[test]
fn two_members_of_one_name_are_refused_also_when_one_is_escaped() {
    for body in [
        r#"{"source":"a","source":"b"}"#,
        r#"{"source":"a","\u0073ource":"b"}"#,
        r#"[{"x":{"y":1,"y":1}}]"#,
    ] {
        let refused = receive(body.as_bytes());
        check_refused(refused, QuarantineReason::Json, "two members of one name");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let cases: [&[u8]; 8] = [
        b"",
        b"{",
        b"[1,]",
        b"{} {}",
        b"NaN",
        b"1e999",
        b"\xff",
        b"\"\\ud800\"",
    ];
    for body in cases {
        check_refused(receive(body), QuarantineReason::Json, "not valid JSON");
    }
    for body in ["null", "7", "\"text\"", "[null]"] {
        check_refused(
            receive(body.as_bytes()),
            QuarantineReason::Form,
            "must be an object",
        );
    }
}
