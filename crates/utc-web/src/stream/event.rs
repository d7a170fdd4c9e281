//! Events as they stand in the stream (WHATWG HTML, server-sent events).

use std::fmt::Write as _;

use actix_web::web::Bytes;
use utc_app::{Bulletin, Principal, Told};

/// How long a browser waits before it comes back, in milliseconds.
const RETRY: u32 = 3_000;

/// The first thing in a stream: from where on everything is told.
pub(super) fn hello(position: u64) -> Bytes {
    let id = last(position);
    format!("retry: {RETRY}\nid: {id}\nevent: hello\ndata: {{}}\n\n").into()
}

/// Anything may have changed: too much was missed to say what.
pub(super) fn reset(position: u64) -> Bytes {
    let id = last(position);
    format!("id: {id}\nevent: reset\ndata: {{}}\n\n").into()
}

/// Whoever listens may not any more.
pub(super) fn bye() -> Bytes {
    Bytes::from_static(b"event: bye\ndata: {}\n\n")
}

/// A newer stream of the same session took this one's place.
pub(super) fn crowded() -> Bytes {
    Bytes::from_static(b"event: crowded\ndata: {}\n\n")
}

/// Nothing is new, and the connection is alive.
pub(super) fn alive() -> Bytes {
    Bytes::from_static(b": alive\n\n")
}

/// What a bulletin tells somebody. The id comes with the last event only: a browser that did not get that far asks for
/// all of them again.
pub(super) fn news(bulletin: &Bulletin, by: &Principal) -> Bytes {
    let mut text = String::new();
    for told in bulletin.told_to(by) {
        let (event, data) = match told {
            Told::Decisions([allow, deny, require_approval]) => (
                "decisions",
                format!(
                    "{{\"allow\":{allow},\"deny\":{deny},\"require_approval\":{require_approval}}}"
                ),
            ),
            Told::About(topic) => (topic.as_str(), "{}".to_owned()),
            Told::TooMuch => ("reset", "{}".to_owned()),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "event: {event}\ndata: {data}\n\n");
    }
    let id = last(bulletin.to());
    match text.strip_suffix('\n') {
        Some(events) => format!("{events}id: {id}\n\n").into(),
        // An id alone moves a browser's position on without any event.
        None => format!("id: {id}\n\n").into(),
    }
}

/// The last position that was told, of those before this one.
fn last(position: u64) -> u64 {
    position.saturating_sub(1)
}
