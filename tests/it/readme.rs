//! The first five minutes of the README are typed in, and what is printed is what it says.

use std::process::{Command, Stdio};

use utc_test_support::{SECRET, Server, ServerOptions, program_path, workspace};

/// A command of the README and the output that it shows for it.
struct Shown {
    command: String,
    output: String,
}

/// The commands below a heading: lines that begin with `$`, with the lines that a backslash continues.
fn shown_below(heading: &str) -> Vec<Shown> {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let section = readme.split("\n## ").find(|part| part.starts_with(heading));
    let section = section.unwrap_or_else(|| panic!("the README has no heading `{heading}`"));
    let mut shown: Vec<Shown> = Vec::new();
    let (mut inside, mut continued) = (false, false);
    for line in section.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside {
            if let Some(command) = line.strip_prefix("$ ") {
                let (command, output) = (command.to_owned(), String::new());
                shown.push(Shown { command, output });
            } else if let Some(last) = shown.last_mut() {
                let text = if continued {
                    &mut last.command
                } else {
                    &mut last.output
                };
                text.push('\n');
                text.push_str(line);
            }
            continued = line.ends_with('\\');
        }
    }
    shown
}

/// Types all commands into one shell, and gives the output of each.
fn type_in(server: &Server, options: &ServerOptions, commands: &[Shown]) -> Vec<String> {
    const END: &str = "\n-- end of output --\n";
    let typed: String = commands
        .iter()
        .fold("exec 2>&1\n".to_owned(), |script, shown| {
            script + &shown.command + "\nprintf '\\n-- end of output --\\n'\n"
        });
    let admin = program_path("utc-admin").display().to_string();
    let script = typed
        .replace("cargo run --release -p utc-admin --", &admin)
        .replace("localhost:8000", &format!("localhost:{}", port(server)));
    let shell = Command::new("bash")
        .args(["-c", &script])
        .env("DATABASE_URL", options.database_url())
        .env("UTC_DATA_DIR", "./data")
        .env("UTC_DATA_KEY_FILE", options.key_file())
        .env("UTC_LOG_KEY_FILE", options.log_key_file())
        .env("UTC_GUARD_FILE", options.guard_file())
        .env("HMAC_SECRET", SECRET)
        .current_dir(options.folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(shell.stdout).unwrap();
    let outputs: Vec<String> = text
        .split_inclusive(END)
        .map(|part| part.replace(END, ""))
        .collect();
    assert_eq!(
        outputs.len(),
        commands.len(),
        "{text}\n{}",
        String::from_utf8_lossy(&shell.stderr)
    );
    outputs
}

/// The line after the one that says where it listens.
fn wait_for_the_link(server: &Server) {
    for _ in 0..200 {
        if server.output().contains("/setup?token=") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn port(server: &Server) -> &str {
    server.address().rsplit(':').next().unwrap()
}

/// Whether `found` is what the README shows. White space does not count, since the README folds lines; `…`, ids and times
/// stand for anything.
fn says(shown: &str, found: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let (shown, found) = (plain(shown), plain(found));
    let parts: Vec<String> = shown.split('…').flat_map(fixed_parts).collect();
    let mut rest = found.as_str();
    for part in &parts {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// The text between ids: 36 characters in the form of a UUID.
fn fixed_parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.get(..36).is_some_and(uuid_form) {
            parts.push(String::new());
            rest = &rest[36..];
        } else {
            parts.last_mut().unwrap().push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    parts
}

fn uuid_form(text: &str) -> bool {
    text.char_indices().all(|(at, c)| match at {
        8 | 13 | 18 | 23 => c == '-',
        _ => c.is_ascii_hexdigit(),
    })
}

#[test]
fn the_first_five_minutes_print_what_the_readme_shows() {
    let mut shown = shown_below("The first five minutes");
    let start = shown.remove(0);
    assert_eq!(start.command, "cargo run --release");
    let options = ServerOptions::sqlite().env("DATABASE_URL", "sqlite://./data/utc.db");
    let server = Server::start_alone(&options, &[]).unwrap();
    let gateway = server.gateway().url().replace("http://", "");
    let first = start.output.replace("127.0.0.1:8000", server.address());
    let first = first.replace("127.0.0.1:8001", &gateway);
    wait_for_the_link(&server);
    assert!(
        says(&first, &server.output()),
        "{first}\n{}",
        server.output()
    );
    let outputs = type_in(&server, &options, &shown);
    for (shown, output) in shown.iter().zip(outputs) {
        let Shown {
            command,
            output: expected,
        } = shown;
        assert!(
            says(expected, &output),
            "$ {command}\n-- the README shows{expected}\n-- printed\n{output}"
        );
    }
}

#[test]
fn a_difference_between_the_readme_and_the_output_is_noticed() {
    let id = "01a20bfa-fd43-76d3-8075-2aab713f1427";
    assert!(says(
        &format!("{{\"a\":\"{id}\",…,\"b\":1}}"),
        "{\"a\":\"01a20bfa-0000-76d3-8075-2aab713f1427\", \"x\":2,\"b\":1}"
    ));
    assert!(!says("{\"decision\":\"ALLOW\"}", "{\"decision\":\"DENY\"}"));
    assert!(!says("a…b", "b a"));
}
