//! A running server.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::program::{program_path, wait};
use crate::{Answer, Client, ServerOptions};

/// The longest that a start or a stop may take: a bound against hanging, not an expectation.
const LONGEST: Duration = Duration::from_mins(1);

/// How the line begins that says where the server listens.
const LISTENING: &str = "utc-server listening on ";

/// How the line begins that says where its gateway listens. It is written before the other one.
const GATEWAY: &str = "The gateway listens on ";

/// `utc-server`, listening. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    client: Client,
    output: Output,
    /// They end with the process, when everything that it wrote is kept.
    readers: Vec<JoinHandle<()>>,
    /// Keeps the folder and the database for as long as the server runs.
    _installation: ServerOptions,
}

/// A server that ended instead of listening.
#[derive(Debug, Clone)]
pub struct Refused {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output and standard error.
    pub output: String,
}

#[derive(Debug, Clone, Default)]
struct Output(Arc<Mutex<String>>);

impl Output {
    fn push(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
    }

    fn text(&self) -> String {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }

    /// Keeps every line of a pipe, and tells where the server listens when one says so. The returned thread ends with the
    /// pipe.
    fn keep(
        &self,
        pipe: impl Read + Send + 'static,
        listening: Option<Sender<String>>,
    ) -> JoinHandle<()> {
        let own = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                own.push(&line);
                let url = line
                    .strip_prefix(LISTENING)
                    .and_then(|rest| rest.split_whitespace().next());
                if let (Some(url), Some(listening)) = (url, &listening) {
                    // The receiver is gone once the first line has come.
                    let _ = listening.send(url.trim_end_matches('/').to_owned());
                }
            }
        })
    }
}

impl Server {
    /// Starts a server and waits until it listens. Its client is an administrator; the token is made before.
    #[track_caller]
    pub fn start(options: &ServerOptions) -> Self {
        match Self::try_start(options, &[]) {
            Ok(server) => server,
            Err(refused) => panic!("the server ended ({}):\n{}", refused.status, refused.output),
        }
    }

    /// Starts a server with arguments; an error when it ends instead of listening.
    #[track_caller]
    pub fn try_start(options: &ServerOptions, arguments: &[&str]) -> Result<Self, Refused> {
        let token = options.token();
        let mut server = Self::start_alone(options, arguments)?;
        if let Some(token) = token {
            server.client = server.client.with_token(token);
        }
        Ok(server)
    }

    /// The same without making a token: on a fresh database there is nobody. The client sends no credentials.
    #[track_caller]
    pub fn start_alone(options: &ServerOptions, arguments: &[&str]) -> Result<Self, Refused> {
        Self::start_program(options, &program_path("utc-server"), arguments)
    }

    /// The same with another program that says where it listens in the words of `utc-server`.
    #[track_caller]
    pub fn start_program(
        options: &ServerOptions,
        program: &Path,
        arguments: &[&str],
    ) -> Result<Self, Refused> {
        let spawned = options
            .command(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child =
            spawned.unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let output = Output::default();
        let (say, listening) = channel();
        let stdout = child.stdout.take().map(|pipe| output.keep(pipe, Some(say)));
        let stderr = child.stderr.take().map(|pipe| output.keep(pipe, None));
        let readers: Vec<JoinHandle<()>> = stdout.into_iter().chain(stderr).collect();
        if let Ok(url) = listening.recv_timeout(LONGEST) {
            let client = Client::new(url);
            return Ok(Self {
                child,
                client,
                output,
                readers,
                _installation: options.clone(),
            });
        }
        let Some(status) = wait(&mut child, Duration::from_secs(1)) else {
            // It may have ended by itself in between.
            let _ = child.kill();
            panic!(
                "utc-server neither listened nor ended within {LONGEST:?}:\n{}",
                output.text()
            );
        };
        read_to_the_end(readers);
        Err(Refused {
            status,
            output: output.text(),
        })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        self.client.url()
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url().trim_start_matches("http://")
    }

    /// A client of this server.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A client of its gateway, without credentials.
    #[track_caller]
    pub fn gateway(&self) -> Client {
        let output = self.output();
        let line = output.lines().find_map(|line| line.strip_prefix(GATEWAY));
        let url = line.unwrap_or_else(|| panic!("the server has no gateway:\n{output}"));
        Client::new(url)
    }

    /// Everything that it has written so far, logs included.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// `SIGKILL`: the crash. Returns when the process is gone.
    pub fn kill9(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// `SIGTERM`: please stop.
    pub fn ask_to_stop(&self) {
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.pid())])
            .status();
        assert!(
            kill.is_ok_and(|status| status.success()),
            "cannot send SIGTERM"
        );
    }

    /// Waits for the end after [`Server::ask_to_stop`].
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let status = wait(&mut self.child, LONGEST);
        let status = status.unwrap_or_else(|| {
            panic!(
                "utc-server did not end within {LONGEST:?}:\n{}",
                self.output()
            )
        });
        read_to_the_end(std::mem::take(&mut self.readers));
        status
    }

    /// `SIGTERM`, and waits for the end, which must be an orderly one.
    #[track_caller]
    pub fn stop(&mut self) {
        let status = self.terminate();
        assert!(
            status.success(),
            "utc-server ended with {status}:\n{}",
            self.output()
        );
    }

    /// `SIGTERM`, and waits for the end.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.wait()
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.client.get(path)
    }

    /// `POST` with JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.client.post(path, body)
    }

    /// `PUT` with JSON.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.client.put(path, body)
    }

    /// `PATCH` with JSON.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.client.patch(path, body)
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.client.delete(path)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            // Shown by the test runner beside the panic that ends the test.
            tell(&self.output());
        }
        self.kill9();
    }
}

/// Returns once everything is kept that a process wrote before it ended.
fn read_to_the_end(readers: Vec<JoinHandle<()>>) {
    for reader in readers {
        // One that panicked kept what it could.
        let _ = reader.join();
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the log of the server belongs to the report of a failed test"
)]
fn tell(output: &str) {
    let lines: Vec<&str> = output.lines().collect();
    let last = lines.len().saturating_sub(60);
    let shown = lines.get(last..).unwrap_or_default().join("\n");
    eprintln!("---- the server's last lines ----\n{shown}\n----");
}
