//! Finding the programs under test, and running one to its end.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ServerOptions;

/// The longest that a program may take to end: a bound against hanging, not an expectation.
const LONGEST: Duration = Duration::from_mins(2);

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = own.ancestors().nth(2);
    root.expect("the crate lies two folders below the root")
        .to_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the variables of the test suite are read here and are no configuration"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The release program of this name.
pub fn program_path(name: &str) -> PathBuf {
    let built = || {
        let target =
            variable("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
        target.join("release")
    };
    let folder = variable("UTC_TEST_BIN_DIR").map_or_else(built, PathBuf::from);
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "`{}` is missing: run `cargo build --release -p utc-server -p utc-admin -p utc-verify`, or `tests/run`, which does it",
        path.display()
    );
    path
}

/// What a program that has ended left behind.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// The exit code; none when a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Itself, when the exit code is 0.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "it is called for its check as often as for what it returns"
    )]
    pub fn ok(self) -> Self {
        assert!(self.status.success(), "{self:?}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs `utc-admin` in an installation.
#[track_caller]
pub fn admin(options: &ServerOptions, arguments: &[&str]) -> Finished {
    run(options, "utc-admin", arguments)
}

/// Runs a program in an installation, with an empty standard input.
#[track_caller]
pub fn run(options: &ServerOptions, program: &str, arguments: &[&str]) -> Finished {
    run_with_input(options, program, arguments, "")
}

/// Runs a program in an installation and types `input`.
#[track_caller]
pub fn run_with_input(
    options: &ServerOptions,
    program: &str,
    arguments: &[&str],
    input: &str,
) -> Finished {
    let spawned = options
        .command(&program_path(program))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("cannot run {program}: {error}"));
    let stdout = child.stdout.take().map(read_all);
    let stderr = child.stderr.take().map(read_all);
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading its input closes the pipe.
        let _ = stdin.write_all(input.as_bytes());
    }
    let Some(status) = wait(&mut child, LONGEST) else {
        // It may have ended by itself in between.
        let _ = child.kill();
        panic!("{program} {arguments:?} did not end within {LONGEST:?}");
    };
    Finished {
        status,
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

fn read_all(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is shown.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

fn text(reader: Option<thread::JoinHandle<Vec<u8>>>) -> String {
    let bytes = reader.and_then(|reader| reader.join().ok());
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

/// Waits for the end; none when it does not come within `longest`.
pub(crate) fn wait(child: &mut Child, longest: Duration) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        let status = child.try_wait().expect("a child can be waited for");
        if status.is_some() || begun.elapsed() > longest {
            return status;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
