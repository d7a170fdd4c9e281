//! Which JSON is refused, where.

use utc_attestation::{Limits, Problem, StrictError, check_strict};

const LIMITS: Limits = Limits { max_depth: 100 };

fn error(text: impl AsRef<[u8]>) -> StrictError {
    check_strict(text.as_ref(), LIMITS).unwrap_err()
}

#[track_caller]
fn assert_refused(problem: Problem, texts: &[&str]) {
    for text in texts {
        assert_eq!(error(text).problem, problem, "{text}");
    }
}

#[test]
fn ordinary_json_is_accepted() {
    for text in [
        "0",
        " [] ",
        "{}",
        "-0",
        "-1.5e-3",
        r#""\u00e9\n\ud83d\ude00é""#,
        r#"{"a":{"a":1},"b":[{"a":1},{"a":2}],"":null,"A":true}"#,
        "\t[1 ,\r\n2 , false]",
        "9007199254740991",
        "-9007199254740991",
        "1e300",
        "1e-400",
        r#""""#,
    ] {
        assert_eq!(check_strict(text.as_bytes(), LIMITS), Ok(()), "{text}");
    }
}

#[test]
fn members_are_named_once() {
    assert_refused(
        Problem::Duplicate,
        &[
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"é":1,"\u00E9":2}"#,
            r#"[{"x":{"":1,"":2}}]"#,
            r#"{"😀":1,"\ud83d\ude00":2}"#,
        ],
    );
}

#[test]
fn integers_stay_where_doubles_are_exact() {
    let huge = "1".repeat(400);
    assert_refused(
        Problem::Integer,
        &[
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551616",
            "[1,2,99999999999999999]",
            &huge,
        ],
    );
}

#[test]
fn numbers_that_no_double_holds_are_refused() {
    assert_refused(
        Problem::Overflow,
        &["1e400", "-1e309", "[1.0,1E+999999999999]"],
    );
}

#[test]
fn what_follows_the_document_is_refused() {
    assert_refused(
        Problem::Trailing,
        &["1 2", "{}{}", "[],", "01", "null\0", "1.5.5"],
    );
}

#[test]
fn documents_that_end_early_are_refused() {
    assert_refused(
        Problem::End,
        &[
            "", " ", "[", "[1", "[1,", "{", r#"{"a"#, r#"{"a""#, r#"{"a":"#, "-", "1.", "1e",
            r#""\"#, r#""a\""#,
        ],
    );
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "tru",
        "nul",
        "True",
        "NaN",
        "Infinity",
        "+1",
        ".5",
        "[1,]",
        "{,}",
        "[,1]",
        "{a:1}",
        "{\"a\" 1}",
        "'a'",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "]",
        "}",
        "//",
        "\u{feff}1",
        "-a",
        "1.e5",
        "{\"a\":1,}",
        "[}",
    ] {
        let problem = error(text).problem;
        assert!(matches!(problem, Problem::Syntax(_)), "{text}: {problem}");
    }
}

#[test]
fn texts_are_well_formed() {
    assert_refused(Problem::Control, &["\"a\nb\"", "\"\0\"", "{\"\t\":1}"]);
    assert_refused(
        Problem::Escape,
        &[
            r#""\x""#,
            r#""\u12""#,
            r#""\ud800""#,
            r#""\udc00\ud800""#,
            r#"{"\ud83d":1}"#,
            "\"\\\u{e9}\"",
        ],
    );
    assert_eq!(error(b"\"\xff\"").problem, Problem::Utf8);
    assert_eq!(error(b"\"\xed\xa0\x80\"").problem, Problem::Utf8);
}

#[test]
fn nesting_is_limited_at_the_limit() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert_eq!(check_strict(&nested(100), LIMITS), Ok(()));
    let refused = error(nested(101));
    assert_eq!((refused.problem, refused.offset), (Problem::Depth, 100));
    assert_eq!(check_strict(b"1", Limits { max_depth: 0 }), Ok(()));
    assert!(check_strict(b"[]", Limits { max_depth: 0 }).is_err());
}

#[test]
fn no_nesting_exhausts_the_stack() {
    for depth in [1_000, 1_000_000] {
        let nested = [vec![b'['; depth], vec![b']'; depth]].concat();
        assert_eq!(error(&nested).problem, Problem::Depth);
        assert_eq!(check_strict(&nested, Limits { max_depth: depth }), Ok(()));
        let objects = r#"{"a":"#.repeat(depth);
        assert_eq!(error(&objects).problem, Problem::Depth);
    }
}

#[test]
fn an_error_says_where() {
    let at = |text: &str| {
        let error = error(text);
        (error.offset, error.pointer)
    };
    assert_eq!(
        at(r#"{"a":[1,{"b/c~":1e999}]}"#),
        (16, "/a/1/b~1c~0".to_owned())
    );
    assert_eq!(at(r#"{"a":1,"a":2}"#), (7, "/a".to_owned()));
    assert_eq!(at(r#"{"a":1,x}"#), (7, String::new()));
    assert_eq!(at(r#"[0,"\x"]"#), (3, "/1".to_owned()));
    let shown = error(r#"{"a":1,"a":2}"#).to_string();
    assert_eq!(
        shown,
        "an object has two members of the same name, at byte 7"
    );
    assert_eq!(
        error("x").to_string(),
        "not valid JSON, expected a value, at byte 0"
    );
}
