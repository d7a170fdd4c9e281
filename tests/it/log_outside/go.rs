//! Go's verdict on a log.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use utc_test_support::{TempDir, workspace};

/// Whether a program is there and runs; says so loudly if not.
pub(crate) fn is_there(program: &str, probe: &str) -> bool {
    let probed = Command::new(program)
        .arg(probe)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let fine = probed.is_ok_and(|status| status.success());
    if !fine {
        println!("NOT TESTED: no `{program}`; tests/run installs it");
    }
    fine
}

/// `tests/go/verify_log.go`, built with Debian's Go and its packages.
pub(crate) struct GoVerifier {
    folder: TempDir,
}

impl GoVerifier {
    /// Builds it; none, and loudly, where there is no Go.
    pub(crate) fn build() -> Option<Self> {
        if !is_there("go", "version") {
            return None;
        }
        let folder = TempDir::new();
        let output = Command::new("go")
            .args(["build", "-o"])
            .arg(folder.path().join("verify_log"))
            .arg("verify_log.go")
            .current_dir(workspace().join("tests/go"))
            .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode")])
            .envs([("CGO_ENABLED", "0"), ("GOFLAGS", "")])
            // What is compiled once is kept: the library takes longer than all of these tests.
            .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(Self { folder })
    }

    /// Its verdict on a log: a folder, or an address such as a server's `http://…/log`.
    pub(crate) fn run(&self, base: impl AsRef<OsStr>) -> Output {
        let program = self.folder.path().join("verify_log");
        Command::new(program).arg(base).output().unwrap()
    }

    #[track_caller]
    pub(crate) fn check_accepts(&self, base: impl AsRef<OsStr>) -> String {
        let output = self.run(base);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Refused by a check that `reason` tells of, not by a mistake.
    #[track_caller]
    pub(crate) fn check_refuses(&self, base: impl AsRef<OsStr>, reason: &str) {
        let output = self.run(base);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with("not valid: "), "{said}");
        assert!(said.contains(reason), "{said}");
    }
}
