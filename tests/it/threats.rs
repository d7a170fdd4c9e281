//! `docs/THREATS.md` names a test for every threat, and each of them is there.

use std::fs;
use std::path::{Path, PathBuf};

use utc_test_support::workspace;

/// What must be in the table at least, in its words.
const AT_LEAST: [&str; 8] = [
    "impersonation",
    "replay",
    "confused deputy",
    "SSRF",
    "request smuggling",
    "session theft",
    "a stolen database",
    "lock-out by flooding",
];

fn document() -> String {
    fs::read_to_string(workspace().join("docs/THREATS.md")).unwrap()
}

/// Threat and tests of each row.
fn rows(document: &str) -> Vec<(String, String)> {
    let lines = document.lines().filter(|line| line.starts_with("| "));
    let cells = lines.map(|line| line.trim_matches('|').split(" | ").collect::<Vec<_>>());
    let threats = cells.filter(|cells| !cells[0].contains("---") && cells[0].trim() != "threat");
    threats
        .map(|cells| {
            assert_eq!(cells.len(), 3, "{cells:?}");
            (cells[0].trim().to_owned(), cells[2].trim().to_owned())
        })
        .collect()
}

/// What stands in back-quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A test or a module of tests, and the package that it is in; a package alone is all of its tests.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    package: String,
    path: String,
}

/// A package counts for what follows it, as far as the next semicolon; without one it is the end-to-end tests.
fn named(cell: &str) -> Vec<Named> {
    let mut all = Vec::new();
    for part in cell.split(';') {
        let mut package = "tests".to_owned();
        for word in quoted(part) {
            let path = if word.starts_with("utc-") {
                package = format!("crates/{word}");
                String::new()
            } else {
                word.to_owned()
            };
            let package = package.clone();
            all.push(Named { package, path });
        }
    }
    all
}

/// Every source below a module of integration tests, or a file of the sources itself.
fn sources(named: &Named, module: &str) -> Vec<PathBuf> {
    let package = workspace().join(&named.package);
    if Path::new(module).extension().is_some() {
        return vec![package.join("src").join(module)];
    }
    let tests = match named.package.as_str() {
        "tests" => package.join("it"),
        _ => package.join("tests/it"),
    };
    let place = tests.join(module.replace("::", "/"));
    let mut found = vec![place.with_extension("rs")];
    walk(&place, &mut found);
    if module.is_empty() {
        walk(&package.join("src"), &mut found);
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The names of the tests in a file.
fn tests(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let mut names = Vec::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") && line.ends_with("test]") || line.starts_with("#[tokio::test(") {
            marked = true;
        } else if let Some((_, name)) = line.split_once("fn ")
            && marked
        {
            names.push(name.split('(').next().unwrap().to_owned());
            marked = false;
        }
    }
    names
}

fn tests_below(named: &Named, module: &str) -> Vec<String> {
    let files = sources(named, module);
    files.iter().flat_map(|file| tests(file)).collect()
}

/// A name may end in `…`.
fn fits(test: &str, name: &str) -> bool {
    match name.strip_suffix('…') {
        Some(beginning) => test.starts_with(beginning),
        None => test == name,
    }
}

fn exists(named: &Named) -> bool {
    if !tests_below(named, &named.path).is_empty() {
        return true;
    }
    named.path.rsplit_once("::").is_some_and(|(module, name)| {
        let tests = tests_below(named, module);
        tests.iter().any(|test| fits(test, name))
    })
}

fn is_one_test(named: &Named) -> bool {
    tests_below(named, &named.path).is_empty() && exists(named)
}

#[test]
fn every_threat_names_a_test_and_every_named_test_exists() {
    let rows = rows(&document());
    assert!(rows.len() > 40, "{} rows", rows.len());
    let mut missing = Vec::new();
    for (threat, cell) in &rows {
        let tests = named(cell);
        if tests.is_empty() {
            missing.push(format!("{threat}: names none"));
        }
        let gone = tests.iter().filter(|named| !exists(named));
        missing.extend(gone.map(|named| format!("{threat}: {named:?}")));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_threats_that_must_be_thought_of_are_in_the_table() {
    let rows = rows(&document());
    for threat in AT_LEAST {
        let mut about = rows.iter().filter(|(text, _)| text.contains(threat));
        // A module has tests about much: one test at least is named.
        let found = about.any(|(_, cell)| named(cell).iter().any(is_one_test));
        assert!(found, "{threat}");
    }
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    let of = |cell: &str| named(cell).iter().all(exists);
    assert!(of(
        "`threats::a_test_that_is_not_there_is_noticed`; `utc-web`: `access`"
    ));
    assert!(of("`threats::a_test_that_is…`, `crash`"));
    for gone in [
        "`threats::no_such_test`",
        "`no_such_module`",
        "`threats::a_test_that_is`",
        "`threats::exists`",
        "`utc-nothing`",
        "`utc-web`: `threats`",
        "`utc-web`: `no_such_file.rs`",
    ] {
        assert!(!of(gone), "{gone}");
    }
}
