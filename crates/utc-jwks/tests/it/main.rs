//! Keys from real servers on loopback and from files.
#![expect(
    clippy::unwrap_used,
    reason = "what a test needs and does not get ends it"
)]

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use utc_jwks::{Keeper, KeysError, Pace};
use utc_outbound::OutboundPolicy;
use utc_test_support::{TempDir, Upstream};

/// RFC 8037, appendix A.2.
const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"KID","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn set(kid: &str) -> String {
    format!(r#"{{"keys":[{}]}}"#, KEY.replace("KID", kid))
}

/// A second between two calls, fresh for ever.
const QUICK: Pace = Pace {
    between: Duration::from_secs(1),
    between_files: Duration::ZERO,
    patience: Duration::from_secs(1),
    ..Pace::STANDARD
};

fn keeper(pace: Pace) -> Keeper {
    Keeper::new(OutboundPolicy::default().allowing_loopback(), pace).unwrap()
}

/// A server whose answers carry the number of the call as `kid`, and how often it was called.
fn counting() -> (String, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let upstream = Upstream::start(move |_, stream| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        answer(stream, "200 OK", &set(&number.to_string()))
    });
    (format!("{}/jwks", upstream.origin()), calls)
}

fn answer(stream: &mut std::net::TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_set_is_fetched_once_and_again_no_sooner_than_allowed() {
    let (url, calls) = counting();
    let keeper = keeper(Pace {
        between: Duration::from_mins(5),
        ..QUICK
    });
    let asked = (0..20).map(|_| {
        let (keeper, url) = (keeper.clone(), url.clone());
        tokio::spawn(async move { keeper.keys(&url).await.unwrap().get("0").is_some() })
    });
    for one in asked.collect::<Vec<_>>() {
        assert!(one.await.unwrap());
    }
    // A token names another key; it must wait.
    assert!(keeper.newer(&url).await.unwrap().get("1").is_none());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_rotated_key_is_found_by_looking_again() {
    let (url, calls) = counting();
    let keeper = keeper(QUICK);
    assert!(keeper.keys(&url).await.unwrap().get("0").is_some());
    tokio::time::sleep(QUICK.between).await;
    let keys = keeper.newer(&url).await.unwrap();
    assert!(keys.get("0").is_none() && keys.get("1").is_some());
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_failed_is_not_asked_again_at_once_and_old_keys_do_meanwhile() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let upstream = Upstream::start(
        move |_, stream| match counted.fetch_add(1, Ordering::SeqCst) {
            0 => answer(stream, "503 Service Unavailable", "{}"),
            1 => answer(stream, "200 OK", &set("one")),
            _ => answer(stream, "500 Internal Server Error", "{}"),
        },
    );
    let url = format!("{}/jwks", upstream.origin());
    let keeper = keeper(QUICK);
    for _ in 0..3 {
        let error = keeper.keys(&url).await.unwrap_err();
        assert!(matches!(error, KeysError::Status(503)), "{error}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1, "a failure is remembered");
    tokio::time::sleep(QUICK.between).await;
    assert!(keeper.keys(&url).await.unwrap().get("one").is_some());
    assert!(keeper.trouble(&url).is_none());
    tokio::time::sleep(QUICK.between).await;
    assert!(keeper.newer(&url).await.unwrap().get("one").is_some());
    assert!(matches!(keeper.trouble(&url), Some(KeysError::Status(500))));
}

#[tokio::test]
async fn a_set_of_50_megabytes_is_refused_before_it_is_read() {
    let upstream = Upstream::start(|_, stream| {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n"
        )?;
        let part = vec![b' '; 1 << 16];
        (0..800).try_for_each(|_| stream.write_all(&part))
    });
    let error = keeper(QUICK)
        .keys(&format!("{}/jwks", upstream.origin()))
        .await
        .unwrap_err();
    assert!(error.chain().contains("262144"), "{}", error.chain());
}

#[tokio::test]
async fn a_server_that_does_not_answer_costs_the_patience_and_no_more() {
    let upstream = Upstream::start(|_, _| {
        std::thread::sleep(Duration::from_secs(10));
        Ok(())
    });
    let url = format!("{}/jwks", upstream.origin());
    let error = keeper(QUICK).keys(&url).await.unwrap_err();
    let slow = matches!(error, KeysError::Slow | KeysError::Fetch(_));
    assert!(slow, "{error}");
}

#[tokio::test]
async fn a_server_that_is_down_and_a_private_address_give_no_keys() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let down = keeper(QUICK).keys(&format!("http://{address}/jwks")).await;
    assert!(matches!(down, Err(KeysError::Fetch(_))));
    let strict = Keeper::new(OutboundPolicy::default(), QUICK).unwrap();
    for url in [
        "http://127.0.0.1:9/jwks",
        "http://10.0.0.1/jwks",
        "http://169.254.169.254/latest",
        "http://[::ffff:192.168.0.1]/",
        "ftp://issuer.example/jwks",
    ] {
        let error = strict.keys(url).await.unwrap_err();
        assert!(error.is_refusal(), "{url}: {}", error.chain());
        assert!(strict.objection(url).await.is_some(), "{url}");
    }
    // Redirects are not followed.
    let upstream = Upstream::start(|_, stream| {
        write!(
            stream,
            "HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n"
        )
    });
    let error = keeper(QUICK).keys(&upstream.origin()).await.unwrap_err();
    assert!(matches!(error, KeysError::Status(302)), "{error}");
}

#[tokio::test]
async fn a_file_is_read_when_it_changes_and_must_be_one() {
    let folder = TempDir::new();
    let path = folder.path().join("jwks.json");
    let location = path.display().to_string();
    let keeper = keeper(QUICK);
    let missing = keeper.keys(&location).await;
    assert!(matches!(missing, Err(KeysError::File(_))));
    std::fs::write(&path, set("one")).unwrap();
    assert!(keeper.keys(&location).await.unwrap().get("one").is_some());
    std::fs::write(&path, set("two")).unwrap();
    assert!(keeper.keys(&location).await.unwrap().get("two").is_some());
    std::fs::write(&path, vec![b' '; 300_000]).unwrap();
    assert!(keeper.newer(&location).await.unwrap().get("two").is_some());
    assert!(matches!(keeper.trouble(&location), Some(KeysError::Unfit)));
    let device = keeper.keys("/dev/zero").await;
    assert!(matches!(device, Err(KeysError::Unfit)));
}
