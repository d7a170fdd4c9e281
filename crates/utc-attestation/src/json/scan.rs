//! The one pass over a document.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::lex::Cursor;
use super::{Limits, Problem, StrictError};

/// An array or object that is open.
enum Frame<'a> {
    Array {
        index: usize,
    },
    // A tree and not a hash table: it needs no random seed, and no choice of names makes it slow.
    Object {
        names: BTreeSet<Cow<'a, str>>,
        current: Option<Cow<'a, str>>,
    },
}

/// What the grammar allows next.
enum Next {
    Value,
    ElementOrEnd,
    MemberOrEnd,
    Member,
    AfterValue,
    Done,
}

struct Scanner<'a> {
    cursor: Cursor<'a>,
    open: Vec<Frame<'a>>,
    limits: Limits,
}

pub(super) fn check(bytes: &[u8], limits: Limits) -> Result<(), StrictError> {
    let text = std::str::from_utf8(bytes).map_err(|error| StrictError {
        problem: Problem::Utf8,
        offset: error.valid_up_to(),
        pointer: String::new(),
    })?;
    let mut scanner = Scanner {
        cursor: Cursor::new(text),
        open: Vec::new(),
        limits,
    };
    scanner.run().map_err(|problem| StrictError {
        problem,
        offset: scanner.cursor.offset(),
        pointer: scanner.pointer(),
    })
}

impl<'a> Scanner<'a> {
    fn run(&mut self) -> Result<(), Problem> {
        let mut next = Next::Value;
        loop {
            self.cursor.space();
            next = match next {
                Next::ElementOrEnd if self.cursor.eat(b']') => self.close(),
                Next::Value | Next::ElementOrEnd => self.value()?,
                Next::MemberOrEnd if self.cursor.eat(b'}') => self.close(),
                Next::MemberOrEnd | Next::Member => self.member()?,
                Next::AfterValue => self.after_value()?,
                Next::Done => return Ok(()),
            };
        }
    }

    fn value(&mut self) -> Result<Next, Problem> {
        match self.cursor.peek().ok_or(Problem::End)? {
            b'{' => return self.enter(Frame::object(), Next::MemberOrEnd),
            b'[' => return self.enter(Frame::Array { index: 0 }, Next::ElementOrEnd),
            b'"' => self.cursor.string().map(drop)?,
            b'-' | b'0'..=b'9' => self.cursor.number()?,
            b't' => self.cursor.word("true")?,
            b'f' => self.cursor.word("false")?,
            b'n' => self.cursor.word("null")?,
            _ => return Err(Problem::Syntax("a value")),
        }
        Ok(Next::AfterValue)
    }

    fn enter(&mut self, frame: Frame<'a>, next: Next) -> Result<Next, Problem> {
        if self.open.len() >= self.limits.max_depth {
            return Err(Problem::Depth);
        }
        self.cursor.step();
        self.open.push(frame);
        Ok(next)
    }

    fn close(&mut self) -> Next {
        self.open.pop();
        Next::AfterValue
    }

    fn member(&mut self) -> Result<Next, Problem> {
        let start = self.cursor.offset();
        if self.cursor.peek() != Some(b'"') {
            return Err(self.cursor.expected("a member name"));
        }
        let name = self.cursor.string()?;
        if !self.add(name) {
            self.cursor.back_to(start);
            return Err(Problem::Duplicate);
        }
        self.cursor.space();
        if self.cursor.eat(b':') {
            Ok(Next::Value)
        } else {
            Err(self.cursor.expected("`:`"))
        }
    }

    /// Takes the name into the innermost object; `false` if it is there already.
    fn add(&mut self, name: Cow<'a, str>) -> bool {
        match self.open.last_mut() {
            Some(Frame::Object { names, current }) => {
                *current = Some(name.clone());
                names.insert(name)
            }
            Some(Frame::Array { .. }) | None => true,
        }
    }

    fn after_value(&mut self) -> Result<Next, Problem> {
        let Some(frame) = self.open.last_mut() else {
            return if self.cursor.peek().is_none() {
                Ok(Next::Done)
            } else {
                Err(Problem::Trailing)
            };
        };
        let (end, expected) = frame.end();
        if self.cursor.eat(b',') {
            Ok(frame.advance())
        } else if self.cursor.eat(end) {
            Ok(self.close())
        } else {
            Err(self.cursor.expected(expected))
        }
    }

    fn pointer(&self) -> String {
        self.open.iter().map(Frame::reference).collect()
    }
}

impl Frame<'_> {
    fn object() -> Self {
        Self::Object {
            names: BTreeSet::new(),
            current: None,
        }
    }

    fn end(&self) -> (u8, &'static str) {
        match self {
            Self::Array { .. } => (b']', "`,` or `]`"),
            Self::Object { .. } => (b'}', "`,` or `}`"),
        }
    }

    /// Goes on to the next element or member.
    fn advance(&mut self) -> Next {
        match self {
            Self::Array { index } => {
                *index += 1;
                Next::Value
            }
            Self::Object { current, .. } => {
                *current = None;
                Next::Member
            }
        }
    }

    /// The reference token of a JSON pointer, with its slash.
    fn reference(&self) -> String {
        match self {
            Self::Array { index } => format!("/{index}"),
            Self::Object { current: None, .. } => String::new(),
            Self::Object {
                current: Some(name),
                ..
            } => {
                format!("/{}", name.replace('~', "~0").replace('/', "~1"))
            }
        }
    }
}
