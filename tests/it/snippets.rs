//! What callers copy from `docs/snippets`: it asks, waits for people, asks again, and goes on with an `ALLOW` alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::{Value, json};
use utc_test_support::{Client, Server, ServerOptions, admin, workspace};

use crate::calls::{APPROVAL, receipt, set_rule};
use crate::load::wait_until;

const ACTION: &str = "write:/orders";

/// What runs a snippet: the program, and what it must do to be able to.
struct Language {
    snippet: &'static str,
    program: PathBuf,
    probe: &'static [&'static str],
}

impl Language {
    fn shell() -> Self {
        Self {
            snippet: "decide.sh",
            program: "sh".into(),
            probe: &[
                "-c",
                "curl --version && jq --version && sha256sum --version",
            ],
        }
    }

    fn python() -> Self {
        Self {
            snippet: "decide.py",
            program: "python3".into(),
            probe: &["--version"],
        }
    }

    /// Node that runs TypeScript: `tests/run` installs one, since older ones are common.
    fn typescript() -> Self {
        let own = std::env::vars_os().find(|(name, _)| name == "UTC_TEST_NODE");
        Self {
            snippet: "decide.ts",
            program: own.map_or_else(|| "node".into(), |(_, path)| path.into()),
            probe: &[
                "-e",
                "process.exit(process.features.typescript === 'strip' ? 0 : 1)",
            ],
        }
    }

    fn can_run(&self) -> bool {
        let probed = Command::new(&self.program)
            .args(self.probe)
            .stdin(Stdio::null())
            .output();
        let fine = probed.is_ok_and(|output| output.status.success());
        if !fine {
            println!(
                "NOT TESTED: docs/snippets/{} needs `{}` that does {:?}; tests/run installs it",
                self.snippet,
                self.program.display(),
                self.probe
            );
        }
        fine
    }
}

/// A server whose writes need approval, an agent's token, and somebody who approves.
struct Stage {
    options: ServerOptions,
    server: Server,
    agent: String,
    approver: Client,
}

impl Stage {
    fn new() -> Self {
        let options = ServerOptions::sqlite();
        let server = Server::start(&options);
        set_rule(server.client(), APPROVAL, true);
        let token = |name: &str, arguments: &[&str]| {
            let created = admin(&options, &[&["token", "create", name], arguments].concat());
            created.ok().stdout.trim().to_owned()
        };
        let approver = token("ann", &["--role", "approver"]);
        Self {
            agent: token("agent", &["--role", "decider", "--subject", "agent-*"]),
            approver: server.client().with_token(approver),
            options,
            server,
        }
    }

    fn run(&self, language: &Language, action: &str, wait_seconds: &str) -> Output {
        let payload = self.payload();
        Command::new(&language.program)
            .arg(workspace().join("docs/snippets").join(language.snippet))
            .args(["agent-1", action, "orders"])
            .arg(payload)
            .env("CONSOLE_URL", self.server.url())
            .env("CONSOLE_TOKEN", &self.agent)
            .env("CONSOLE_WAIT", wait_seconds)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn payload(&self) -> PathBuf {
        let file = self.options.folder().join("order.json");
        std::fs::write(&file, "{\"order\":17}").unwrap();
        file
    }

    fn pending(&self) -> Vec<Value> {
        let list = self.approver.get("/api/v1/approvals?status=pending").ok();
        list["items"].as_array().unwrap().clone()
    }

    /// Runs a snippet that is held, and votes while it waits.
    fn run_and_vote(&self, language: &Language, vote: &str) -> Output {
        thread::scope(|scope| {
            let running = scope.spawn(|| self.run(language, ACTION, "60"));
            wait_until("a request waits", || {
                self.pending().len() == 1 || running.is_finished()
            });
            if let [held] = self.pending().as_slice() {
                let path = format!("/api/v1/approvals/{}/{vote}", held["id"].as_str().unwrap());
                self.approver.post(&path, &json!({})).ok();
            }
            running.join().unwrap()
        })
    }

    /// Checks what a snippet printed and how it ended; gives the claims of the receipt that it names.
    #[track_caller]
    fn check(&self, output: &Output, decision: &str, exit: i32) -> Value {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let said = text.trim().split_once(' ');
        let Some((found, id)) = said else {
            panic!("{output:?}");
        };
        assert_eq!(
            (found, output.status.code()),
            (decision, Some(exit)),
            "{output:?}"
        );
        receipt(self.server.client(), &json!(id))["payload"].clone()
    }
}

fn sha256(file: &Path) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(std::fs::read(file).unwrap());
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn check_snippet(language: &Language) {
    if !language.can_run() {
        return;
    }
    let stage = Stage::new();
    let read = stage.run(language, "read:/orders", "60");
    stage.check(&read, "ALLOW", 0);
    let approved = stage.run_and_vote(language, "approve");
    let claims = stage.check(&approved, "ALLOW", 0);
    assert_eq!(claims["code"], "approved");
    let hash = sha256(&stage.payload());
    assert!(claims.to_string().contains(&hash), "{claims}");
    let rejected = stage.run_and_vote(language, "reject");
    let claims = stage.check(&rejected, "DENY", 1);
    assert_eq!(claims["code"], "grant_invalid");
    let nobody_came = stage.run(language, ACTION, "0");
    stage.check(&nobody_came, "REQUIRE_APPROVAL", 1);
    let nonsense = stage.run(language, "", "0");
    assert!(nonsense.stdout.is_empty(), "{nonsense:?}");
    assert!(!nonsense.status.success() && !nonsense.stderr.is_empty());
}

#[test]
fn the_shell_snippet_goes_on_with_an_allow_alone() {
    check_snippet(&Language::shell());
}

#[test]
fn the_python_snippet_goes_on_with_an_allow_alone() {
    check_snippet(&Language::python());
}

#[test]
fn the_typescript_snippet_goes_on_with_an_allow_alone() {
    check_snippet(&Language::typescript());
}
