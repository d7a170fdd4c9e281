//! Notices from outside: a real server, a real receiver, a library that nobody here wrote.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Map, Value, json};
use utc_test_support::{Server, ServerOptions, admin, workspace};

use crate::calls::{APPROVAL, RISKY, set_rule};
use crate::jwt::python;
use crate::load::wait_until;

const PATH: &str = "/api/v1/webhooks";

/// Part of each receiver's path: for such as Slack it would be the secret.
const SECRET_PATH: &str = "/T0/a-secret-path";

/// What a receiver was sent.
#[derive(Clone)]
struct Arrived {
    headers: Map<String, Value>,
    body: String,
}

impl Arrived {
    fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver on loopback that answers with the status it is told.
struct Receiver {
    url: String,
    status: Arc<AtomicU16>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Receiver {
    fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}{SECRET_PATH}", listener.local_addr().unwrap());
        let receiver = Self {
            url,
            status: Arc::new(status.into()),
            arrived: Arc::default(),
        };
        let (status, arrived) = (receiver.status.clone(), receiver.arrived.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap(), &status, &arrived);
            }
        });
        receiver
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    #[track_caller]
    fn first(&self) -> Arrived {
        wait_until("a notice", || !self.arrived().is_empty());
        self.arrived().remove(0)
    }
}

/// One request; none when the connection ended before it did.
fn answer(stream: &TcpStream, status: &AtomicU16, arrived: &Mutex<Vec<Arrived>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut headers = Map::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.into());
    }
    let length: usize = headers.get("content-length")?.as_str()?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    arrived.lock().unwrap().push(Arrived { headers, body });
    let status = status.load(Ordering::SeqCst);
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let mut stream = stream;
    stream.write_all(head.as_bytes()).ok()
}

#[track_caller]
fn create(server: &Server, url: &str) -> Value {
    let body = json!({"name": "receiver", "url": url});
    server.post(PATH, &body).ok()
}

fn deliveries(server: &Server, webhook: &Value) -> Vec<Value> {
    let path = format!("{PATH}/{}/deliveries", webhook["id"].as_str().unwrap());
    let page = server.get(&path).ok();
    page["items"].as_array().unwrap().clone()
}

fn verify(arrived: &Arrived, secret: &str) -> Output {
    let script = workspace().join("tests/py/verify_webhook.py");
    let mut child = Command::new(python())
        .arg(script)
        .arg(secret)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = json!({"headers": arrived.headers, "body": arrived.body}).to_string();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Refused by the check of the signature, not by a mistake of the script.
#[track_caller]
fn check_refuses(arrived: &Arrived, secret: &str) {
    let output = verify(arrived, secret);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("not valid: "), "{said}");
}

#[test]
fn a_notice_verifies_in_the_library_of_the_standard_and_a_changed_one_does_not() {
    let server = Server::start(&ServerOptions::sqlite());
    let receiver = Receiver::start(204);
    let webhook = create(&server, &receiver.url);
    let secret = webhook["secret"].as_str().unwrap();
    let receipt = set_rule(server.client(), RISKY, true);
    let arrived = receiver.first();
    let output = verify(&arrived, secret);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let payload: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(payload["type"], "rule.changed");
    assert_eq!(payload["data"]["receipt_id"], receipt["receipt_id"]);
    let changed = Arrived {
        body: arrived.body.replace("true", "false"),
        ..arrived.clone()
    };
    check_refuses(&changed, secret);
    let other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    check_refuses(&arrived, other);
    for name in ["webhook-id", "webhook-timestamp"] {
        let mut changed = arrived.clone();
        let value = changed.header(name).replace(['1', '2', '3'], "4");
        changed.headers.insert(name.to_owned(), value.into());
        check_refuses(&changed, secret);
    }
}

#[test]
fn after_a_change_of_the_secret_the_library_takes_notices_with_either() {
    let server = Server::start(&ServerOptions::sqlite());
    let receiver = Receiver::start(204);
    let webhook = create(&server, &receiver.url);
    let path = format!("{PATH}/{}", webhook["id"].as_str().unwrap());
    let changed = server.patch(&path, &json!({"new_secret": true})).ok();
    set_rule(server.client(), RISKY, true);
    let arrived = receiver.first();
    for saved in [&webhook, &changed] {
        let output = verify(&arrived, saved["secret"].as_str().unwrap());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}

fn read_all(folder: &Path, found: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, found);
        } else {
            found.extend(std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn neither_the_secret_nor_the_path_of_a_url_is_in_a_log_nor_the_secret_in_a_file() {
    let options = ServerOptions::sqlite().env("LOG_LEVEL", "trace");
    let mut server = Server::start(&options);
    let receiver = Receiver::start(500);
    let webhook = create(&server, &receiver.url);
    set_rule(server.client(), RISKY, true);
    receiver.first();
    let path = format!("{PATH}/{}/test", webhook["id"].as_str().unwrap());
    let test = server.post(&path, &json!({})).ok();
    assert_eq!(
        test,
        json!({"delivered": false, "status": 500, "answer": "", "error": "answered 500"})
    );
    server.stop();
    let output = server.output();
    let secret = webhook["secret"].as_str().unwrap();
    let secret = secret.trim_start_matches("whsec_");
    assert!(output.contains("a webhook was tested"), "{output}");
    for hidden in [secret, SECRET_PATH] {
        assert!(!output.contains(hidden), "{hidden} is in the log");
    }
    let mut stored = Vec::new();
    read_all(options.folder(), &mut stored);
    let found = stored
        .windows(secret.len())
        .any(|part| part == secret.as_bytes());
    assert!(!found, "the secret is in a file");
}

#[test]
fn a_restored_database_sends_nothing_of_what_waited_in_the_backup() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    let receiver = Receiver::start(503);
    let webhook = create(&server, &receiver.url);
    set_rule(server.client(), RISKY, true);
    let old = receiver.first().header("webhook-id").to_owned();
    let file = options.folder().join("backup.db");
    let file = file.to_str().unwrap();
    admin(&options, &["db", "backup", file]).ok();
    server.stop();
    admin(&options, &["db", "restore", file, "--yes"]).ok();
    receiver.status.store(200, Ordering::SeqCst);
    admin(&options, &["token", "resume", "--all"]).ok();
    let server = Server::start(&options);
    let delivered = || {
        let all = deliveries(&server, &webhook);
        all.iter().all(|one| one["state"] == "delivered") && !all.is_empty()
    };
    wait_until("what the restore itself tells of", delivered);
    // That writes need approval now is news; what waited in the backup is not.
    let last = receiver.arrived().pop().unwrap();
    assert_eq!(last.json()["data"]["rule"], APPROVAL);
    assert_ne!(last.header("webhook-id"), old);
    assert_eq!(deliveries(&server, &webhook).len(), 1);
}

#[test]
fn a_server_that_is_killed_sends_what_waits_when_it_is_back() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    let receiver = Receiver::start(503);
    let webhook = create(&server, &receiver.url);
    set_rule(server.client(), RISKY, true);
    let id = receiver.first().header("webhook-id").to_owned();
    // Until that is written down the lease holds, and only its end would bring the notice back.
    wait_until("the failure is known", || {
        deliveries(&server, &webhook)[0]["last_error"] == "answered 503"
    });
    server.kill9();
    receiver.status.store(200, Ordering::SeqCst);
    let server = Server::start(&options);
    let path = format!(
        "{PATH}/{}/deliveries/{id}/redeliver",
        webhook["id"].as_str().unwrap()
    );
    let delivered = || deliveries(&server, &webhook)[0]["state"] == "delivered";
    wait_until("it is delivered", delivered);
    assert!(
        receiver
            .arrived()
            .iter()
            .all(|one| one.header("webhook-id") == id)
    );
    // A person may ask for it once more: the receiver knows the id.
    let count = receiver.arrived().len();
    server.post(&path, &json!({})).ok();
    wait_until("it comes again", || receiver.arrived().len() > count);
    assert_eq!(receiver.arrived().pop().unwrap().header("webhook-id"), id);
}

#[test]
fn production_calls_no_address_of_this_machine() {
    let options = ServerOptions::sqlite()
        .env("APP_ENV", "production")
        .env("UTC_LOG_ORIGIN", "trust.example.org/log")
        .env("UTC_PUBLIC_URL", "https://trust.example.org");
    let mut server = Server::start(&options);
    let receiver = Receiver::start(200);
    let body = json!({"name": "receiver", "url": receiver.url});
    let refused = server.post(PATH, &body).problem(400, "invalid_request");
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("(loopback)"), "{message}");
    server.stop();
    let listed = Server::start(&options.env("UTC_OUTBOUND_ALLOW", "127.0.0.1"));
    create(&listed, &receiver.url);
    let own = format!("http://{}/", listed.address());
    let body = json!({"name": "itself", "url": own});
    let refused = listed.post(PATH, &body).problem(400, "invalid_request");
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("this server itself listens"), "{message}");
}
