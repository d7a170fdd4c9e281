//! A disk that is full, and one that may not be written: nothing acknowledged is lost, and the server recovers by
//! itself. Both need a file system of their own, which only root can mount.

use std::path::Path;
use std::process::Command;

use utc_test_support::{Answer, Server, ServerOptions, TempDir};

use crate::calls::{DECIDE, question};
use crate::chain::{Acknowledged, Log};
use crate::load::receipts;

/// A small file system in memory, unmounted when dropped.
pub(crate) struct Mounted(TempDir);

impl Mounted {
    /// None where this process may not mount; then the reason is said.
    pub(crate) fn new(size: &str) -> Option<Self> {
        let folder = TempDir::new();
        let options = format!("size={size}");
        let mounted = run(
            "mount",
            &[
                "-t",
                "tmpfs",
                "-o",
                &options,
                "tmpfs",
                &folder.path().display().to_string(),
            ],
        );
        if mounted {
            return Some(Self(folder));
        }
        println!(
            "NOT TESTED: mounting a file system needs root; run tests/run as root to test a full disk"
        );
        None
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, how: &str) {
        let how = format!("remount,{how}");
        assert!(
            run("mount", &["-o", &how, &self.path().display().to_string()]),
            "remount {how}"
        );
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: the server that used it may just be ending.
        run("umount", &["-l", &self.path().display().to_string()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// An installation whose data are on that file system.
fn installation_on(disk: &Path) -> ServerOptions {
    let data = disk.join("data");
    let url = format!("sqlite://{}", data.join("utc.db").display());
    ServerOptions::sqlite()
        .env("DATABASE_URL", &url)
        .env("UTC_DATA_DIR", &data.display().to_string())
}

fn ask(server: &Server) -> Answer {
    server.client().post(DECIDE, &question("write:order", "a"))
}

/// Asks until the answer has this status, at most `most` times; gives the acknowledged receipts.
fn ask_until(server: &Server, status: u16, most: usize) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for _ in 0..most {
        let answer = ask(server);
        if answer.status == 200 {
            acknowledged.extend(receipts(&answer.json()));
        }
        if answer.status == status {
            return acknowledged;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    panic!("no answer with status {status} in {most} requests");
}

fn check_unavailable(server: &Server) {
    let answer = ask(server);
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.json()["code"], "storage_unavailable");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(server.get("/readyz").status, 503);
    assert!(
        server.output().contains("the journal cannot write"),
        "{}",
        server.output()
    );
}

/// Asks until it is answered again: the database may need a moment to notice.
fn check_recovers(server: &Server) {
    let recovered = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        ask(server).status == 200
    });
    assert!(recovered, "{}", server.output());
    assert_eq!(server.get("/readyz").status, 200);
    assert!(server.output().contains("the journal writes again"));
}

#[test]
fn a_full_disk_answers_503_loses_nothing_and_recovers_without_a_restart() {
    let Some(disk) = Mounted::new("12m") else {
        return;
    };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0_u8; 8 << 20]).unwrap();
    let options = installation_on(disk.path());
    let server = Server::start(&options);
    let acknowledged = ask_until(&server, 503, 20_000);
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    check_unavailable(&server);
    std::fs::remove_file(&ballast).unwrap();
    check_recovers(&server);
    Log::read(server.client()).assert_holds(&acknowledged);
}

#[test]
fn a_server_does_not_start_where_it_cannot_write_and_starts_again_where_it_can() {
    let Some(disk) = Mounted::new("64m") else {
        return;
    };
    let options = installation_on(disk.path());
    let mut server = Server::start(&options);
    let mut acknowledged = ask_times(&server, 50);
    server.stop();
    disk.remount("ro");
    let refused =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Server::start(&options)));
    assert!(
        refused.is_err(),
        "a server must not start where it cannot write"
    );
    disk.remount("rw");
    let server = Server::start(&options);
    acknowledged.extend(ask_times(&server, 50));
    Log::read(server.client()).assert_holds(&acknowledged);
}

/// An ext4 file system in a file. After an error in it the kernel makes it read-only, whatever is open.
struct Loop {
    folder: TempDir,
    device: String,
}

impl Loop {
    /// None where this process may not make one; then the reason is said.
    fn new() -> Option<Self> {
        let folder = TempDir::new();
        let image = folder.path().join("image").display().to_string();
        std::fs::File::create(&image)
            .unwrap()
            .set_len(64 << 20)
            .unwrap();
        let made = run("mkfs.ext4", &["-q", "-F", &image]);
        let device = Command::new("losetup")
            .args(["-f", "--show", &image])
            .output();
        match device {
            Ok(found) if made && found.status.success() => {
                let device = String::from_utf8(found.stdout).unwrap().trim().to_owned();
                let disk = Self { folder, device };
                std::fs::create_dir(disk.path()).unwrap();
                disk.mount();
                Some(disk)
            }
            Ok(_) | Err(_) => {
                println!("NOT TESTED: a loop device needs root, losetup and mkfs.ext4");
                None
            }
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("mounted")
    }

    fn mount(&self) {
        let path = self.path().display().to_string();
        let options = ["-o", "errors=remount-ro", &self.device, &path];
        assert!(run("mount", &options), "{options:?}");
    }

    /// What a failing disk does: the kernel notes an error and goes read-only.
    fn fail(&self) {
        let name = self.device.trim_start_matches("/dev/");
        std::fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "1").unwrap();
    }

    /// What an operator does afterwards.
    fn repair(&self) {
        assert!(run("umount", &[&self.path().display().to_string()]));
        // Its exit code says that something was mended.
        run("e2fsck", &["-f", "-y", &self.device]);
        self.mount();
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        run("umount", &["-l", &self.path().display().to_string()]);
        run("losetup", &["-d", &self.device]);
    }
}

#[test]
fn a_disk_that_goes_read_only_under_a_running_server_answers_503_and_loses_nothing() {
    let Some(disk) = Loop::new() else {
        return;
    };
    let options = installation_on(&disk.path());
    let mut server = Server::start(&options);
    let mut acknowledged = ask_times(&server, 200);
    disk.fail();
    acknowledged.extend(ask_until(&server, 503, 10));
    check_unavailable(&server);
    server.stop();
    disk.repair();
    let server = Server::start(&options);
    acknowledged.extend(ask_times(&server, 50));
    Log::read(server.client()).assert_holds(&acknowledged);
}

fn ask_times(server: &Server, count: usize) -> Vec<Acknowledged> {
    (0..count)
        .flat_map(|_| receipts(&ask(server).ok()))
        .collect()
}
