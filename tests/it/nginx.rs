//! Debian's nginx as a service behind the gateway.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use utc_test_support::{Answer, Client, Server, ServerOptions, TempDir, admin, exchange};

use crate::calls::unit_path;
use crate::load::wait_until;

/// A private nginx: one process, on loopback, with nothing of the system's configuration.
pub(crate) struct Nginx {
    child: Child,
    folder: TempDir,
}

impl Nginx {
    /// Starts it with these server blocks; none, and loudly, where there is no nginx.
    pub(crate) fn start(folder: TempDir, servers: &str, port: u16) -> Option<Self> {
        let program = ["/usr/sbin/nginx", "nginx"].into_iter().find(|program| {
            let asked = Command::new(program)
                .arg("-v")
                .stderr(Stdio::null())
                .status();
            asked.is_ok_and(|status| status.success())
        });
        let Some(program) = program else {
            println!("NOT TESTED: no nginx; tests/run installs Debian's nginx-light");
            return None;
        };
        let config = folder.path().join("nginx.conf");
        fs::write(&config, whole_config(servers)).unwrap();
        let child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .args(["-e", "error.log", "-c"])
            .arg(&config)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Self { child, folder };
        wait_until("nginx listens", || {
            let ended = nginx.child.try_wait().unwrap();
            assert!(ended.is_none(), "nginx ended:\n{}", nginx.log());
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Some(nginx)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn whole_config(servers: &str) -> String {
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = kinds
        .map(|kind| format!("{kind}_temp_path {kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log error.log warn;\nevents {{ }}\n\
         http {{\naccess_log off;\ndefault_type text/plain;\n{temporary}{servers}\n}}\n"
    )
}

/// A port that was free a moment ago: nginx cannot take any port and say which.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Bytes that do not compress and do not repeat.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

const TEXT: &str = "a line that compresses well\n";

/// A site of static files behind the gateway.
struct Site {
    _nginx: Nginx,
    direct: Client,
    gateway: Client,
    token: String,
    large: Vec<u8>,
    _server: Server,
}

impl Site {
    fn start() -> Option<Self> {
        let folder = TempDir::new();
        let files = folder.path().join("files");
        fs::create_dir(&files).unwrap();
        let large = noise(64 << 20);
        fs::write(files.join("large.bin"), &large).unwrap();
        fs::write(files.join("text.txt"), TEXT.repeat(1000)).unwrap();
        let port = free_port();
        let nginx = Nginx::start(folder, &static_files(port, &files), port)?;
        let origin = format!("http://127.0.0.1:{port}");
        let options = ServerOptions::sqlite();
        let server = Server::start(&options);
        let config = json!({"upstream": origin});
        server.put(&unit_path("files", ""), &config).ok();
        Some(Self {
            _nginx: nginx,
            direct: Client::new(origin),
            gateway: server.gateway(),
            token: agent(&options),
            large,
            _server: server,
        })
    }

    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call_with(method, path, headers, None)
    }

    fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let own = [("UTC-Token", self.token.as_str())];
        let target = format!("/gateway/files{path}");
        let headers = [&own, headers].concat();
        self.gateway.send(method, &target, &headers, body).unwrap()
    }

    /// The answer through the gateway, which is word for word the one without it.
    #[track_caller]
    fn check_same(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        status: u16,
    ) -> Answer {
        let direct = self.direct.send(method, path, headers, None).unwrap();
        let passed = self.call(method, path, headers);
        assert_eq!(
            (direct.status, passed.status),
            (status, status),
            "{method} {path}"
        );
        assert!(direct.body == passed.body, "{method} {path}: other bytes");
        for name in [
            "content-type",
            "content-length",
            "content-range",
            "content-encoding",
            "etag",
            "last-modified",
        ] {
            assert_eq!(
                direct.header(name),
                passed.header(name),
                "{method} {path}: {name}"
            );
        }
        passed
    }
}

fn static_files(port: u16, files: &Path) -> String {
    format!(
        "server {{ listen 127.0.0.1:{port}; root {}; gzip on; gzip_types text/plain;\n\
         add_header X-Connection $connection;\n\
         location /drop/ {{ dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 0; }} }}",
        files.display()
    )
}

/// The token of an agent that speaks for one subject.
pub(crate) fn agent(options: &ServerOptions) -> String {
    let arguments = [
        "token",
        "create",
        "agent",
        "--role",
        "decider",
        "--subject",
        "agent-7",
    ];
    admin(options, &arguments).ok().stdout.trim().to_owned()
}

#[test]
fn a_site_behind_the_gateway_is_the_same_site() {
    let Some(site) = Site::start() else { return };
    let large = site.check_same("GET", "/large.bin", &[], 200);
    assert!(large.body == site.large, "the file has changed");
    site.check_same("HEAD", "/large.bin", &[], 200);
    let part = site.check_same("GET", "/large.bin", &[("Range", "bytes=1000-1999")], 206);
    assert!(part.body == site.large[1000..2000], "another range");
    site.check_same("GET", "/large.bin", &[("Range", "bytes=-10")], 206);
    site.check_same("GET", "/large.bin", &[("Range", "bytes=999999999-")], 416);
    let tag = part.header("etag").unwrap();
    site.check_same("GET", "/large.bin", &[("If-None-Match", tag)], 304);
    site.check_same("GET", "/missing", &[], 404);
}

#[test]
fn what_nginx_compresses_passes_untouched() {
    let Some(site) = Site::start() else { return };
    // Compressed as it is sent, so it comes in chunks, without a length.
    let packed = site.check_same("GET", "/text.txt", &[("Accept-Encoding", "gzip")], 200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("content-length"), None);
    assert!(packed.body.starts_with(&[0x1F, 0x8B]), "no gzip");
    let plain = site.check_same("GET", "/text.txt", &[("Accept-Encoding", "identity")], 200);
    assert_eq!(plain.text(), TEXT.repeat(1000));
}

#[test]
fn what_is_put_through_the_gateway_is_stored() {
    let Some(site) = Site::start() else { return };
    let body = &site.large[..1 << 20];
    let made = site.call_with("PUT", "/drop/a/b.bin", &[], Some(body));
    assert_eq!(made.status, 201, "{}", made.text());
    let stored = site.check_same("GET", "/drop/a/b.bin", &[], 200);
    assert!(stored.body == body, "other bytes were stored");
    let request = format!(
        "PUT /gateway/files/drop/chunked HTTP/1.1\r\nHost: localhost\r\nUTC-Token: {}\r\n\
         Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n7\r\nand ten\r\n0\r\n\r\n",
        site.token
    );
    let address = site.gateway.url().trim_start_matches("http://");
    let made = exchange(address, request.as_bytes()).unwrap().unwrap();
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(site.call("GET", "/drop/chunked", &[]).text(), "fourand ten");
}

#[test]
fn connections_to_the_upstream_are_used_again() {
    let Some(site) = Site::start() else { return };
    let connection = || {
        let answer = site.call("GET", "/text.txt", &[]);
        answer.header("x-connection").unwrap().to_owned()
    };
    let first = connection();
    assert_eq!(connection(), first);
}
