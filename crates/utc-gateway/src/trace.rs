//! The trace that a request belongs to: `traceparent` of W3C Trace Context.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use uuid::Uuid;

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");

/// Passes the caller's `traceparent` on, or begins a trace of its own when there is none that can be read.
pub(crate) fn set(out: &mut HeaderMap, begun: Uuid) {
    let mut given = out.get_all(PARENT).into_iter();
    let fine =
        given.next().is_some_and(|value| is_valid(value.as_bytes())) && given.next().is_none();
    if fine {
        return;
    }
    out.remove(STATE);
    if let Ok(made) = HeaderValue::from_str(&begin(begun)) {
        out.insert(PARENT, made);
    }
}

fn begin(id: Uuid) -> String {
    let (_, low) = id.as_u64_pair();
    // The sampled flag is the decision of whoever records traces, which is not this gateway.
    format!("00-{}-{low:016x}-00", id.as_simple())
}

/// Version, trace, parent and flags: 2, 32, 16 and 2 lower-case hexadecimal digits. Later versions may say more after
/// that.
fn is_valid(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'-');
    let mut part = |length: usize| parts.next().filter(|part| is_hex(part, length));
    let (version, trace, parent, flags) = (part(2), part(32), part(16), part(2));
    let not_zero = |part: &[u8]| part.iter().any(|digit| *digit != b'0');
    let whole = match version {
        None | Some(b"ff") => false,
        Some(b"00") => parts.next().is_none(),
        Some(_) => true,
    };
    whole && trace.is_some_and(not_zero) && parent.is_some_and(not_zero) && flags.is_some()
}

fn is_hex(part: &[u8], length: usize) -> bool {
    let digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    part.len() == length && part.iter().all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn after(values: &[&'static str]) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PARENT, HeaderValue::from_static(value));
        }
        headers.insert(STATE, HeaderValue::from_static("a=1"));
        set(
            &mut headers,
            Uuid::from_u128(0x0192_f0c1_2345_7abc_8def_0123_4567_89ab),
        );
        let all: Vec<_> = headers.get_all(PARENT).into_iter().collect();
        assert_eq!(all.len(), 1, "{values:?}");
        (
            all[0].to_str().unwrap().to_owned(),
            headers.contains_key(STATE),
        )
    }

    #[test]
    fn a_trace_goes_on() {
        assert_eq!(after(&[GIVEN]), (GIVEN.to_owned(), true));
        let later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-follows";
        assert_eq!(after(&[later]), (later.to_owned(), true));
    }

    #[test]
    fn a_trace_begins_where_none_can_be_read() {
        let begun = "00-0192f0c123457abc8def0123456789ab-8def0123456789ab-00";
        for values in [
            &[][..],
            &[GIVEN, GIVEN],
            &[""],
            &["00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"],
            &["00-00000000000000000000000000000000-b7ad6b7169203331-01"],
            &["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"],
            &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"],
            &["ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
            &["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"],
        ] {
            assert_eq!(after(values), (begun.to_owned(), false), "{values:?}");
        }
    }
}
