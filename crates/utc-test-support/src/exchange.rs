//! Bytes out, bytes in: for requests that no decent client would send.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::Answer;

/// The longest that the server may be silent: a bound against hanging, not an expectation.
const LONGEST: Duration = Duration::from_secs(30);

/// Opens a connection, sends `request` as it is, and reads one answer. None: the server closed the connection
/// without one. A chunked body is left as it came.
pub fn exchange(address: &str, request: &[u8]) -> io::Result<Option<Answer>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LONGEST))?;
    stream.set_write_timeout(Some(LONGEST))?;
    // A server may answer and close before it has read everything; its answer counts.
    let sent = stream.write_all(request).and_then(|()| stream.flush());
    let mut bytes = Vec::new();
    let received = receive(&mut stream, &mut bytes);
    match (parse(&bytes), sent, received) {
        (Some(answer), _, _) => Ok(Some(answer)),
        (None, Err(error), _) | (None, Ok(()), Err(error)) if !is_closed(&error) => Err(error),
        (None, _, _) => Ok(None),
    }
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset
    )
}

/// Reads until the answer is whole, or the server has closed.
fn receive(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut part = [0; 16 * 1024];
    while !is_whole(bytes) {
        match stream.read(&mut part)? {
            0 => return Ok(()),
            count => bytes.extend(part.iter().take(count)),
        }
    }
    Ok(())
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(answer) = parse(bytes) else {
        return false;
    };
    let length = answer.header("content-length");
    let length = length.and_then(|text| text.parse::<usize>().ok());
    match (answer.status, length) {
        (204 | 304, None) => true,
        (_, Some(length)) => answer.body.len() >= length,
        (_, None) => false,
    }
}

/// The answer as far as it has come; none before its head is whole.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    Some(Answer {
        status,
        headers: lines.filter_map(header).collect(),
        body: rest.get(4..)?.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_with_its_last_byte() {
        let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\nX-A: b: c\r\n\r\nnope";
        (0..answer.len()).for_each(|cut| assert!(!is_whole(&answer[..cut]), "{cut}"));
        assert!(is_whole(answer));
        let parsed = parse(answer).unwrap();
        assert_eq!(parsed.status, 400);
        assert_eq!(parsed.header("x-a"), Some("b: c"));
        assert_eq!(parsed.body, b"nope");
    }
}
