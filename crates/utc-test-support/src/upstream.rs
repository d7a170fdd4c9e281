//! A service behind the gateway: an HTTP server on loopback that notes what it is sent and answers as it is told.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How much of a body is kept; the rest is only counted.
const KEPT: usize = 16 << 20;

/// A server that runs until the process ends.
#[derive(Debug, Clone)]
pub struct Upstream {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    received: Arc<Mutex<Vec<Received>>>,
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// The first line, without its end.
    pub line: String,
    /// The headers in their order, names as they were written.
    pub headers: Vec<(String, String)>,
    /// The body without its framing, up to 16 MiB.
    pub body: Vec<u8>,
    /// How long the body was.
    pub length: usize,
}

impl Received {
    /// The method.
    pub fn method(&self) -> &str {
        self.line.split(' ').next().unwrap_or_default()
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The values of all headers of this name (lower case).
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of_name = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        let found = self.headers.iter().filter(of_name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of the first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).into_iter().next()
    }
}

impl Upstream {
    /// A server that answers by writing to the connection. After an error it closes the connection.
    pub fn start<F>(answer: F) -> Self
    where
        F: Fn(&Received, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback is free");
        let server = Self {
            address: listener.local_addr().expect("it is bound"),
            connections: Arc::default(),
            received: Arc::default(),
        };
        let (own, answer) = (server.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                own.connections.fetch_add(1, Ordering::SeqCst);
                let (own, answer) = (own.clone(), Arc::clone(&answer));
                // An error ends the connection, which is what the other side sees of it.
                thread::spawn(move || drop(own.serve(stream, &*answer)));
            }
        });
        server
    }

    /// A server that always answers with these bytes.
    pub fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, stream| stream.write_all(&answer))
    }

    /// A server that answers 200 with the body that it was sent.
    pub fn echo() -> Self {
        Self::start(|request, stream| {
            let length = request.body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            )?;
            stream.write_all(&request.body)
        })
    }

    /// `http://` and where it listens.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.lock().clone()
    }

    /// The only request so far.
    #[track_caller]
    pub fn only(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve<F>(&self, stream: TcpStream, answer: &F) -> io::Result<()>
    where
        F: Fn(&Received, &mut TcpStream) -> io::Result<()>,
    {
        let mut reader = BufReader::new(stream);
        while let Some(request) = read_request(&mut reader)? {
            self.lock().push(request.clone());
            answer(&request, reader.get_mut())?;
        }
        Ok(())
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Received>> {
    let line = line(reader)?;
    if line.is_empty() {
        return Ok(None);
    }
    let mut request = Received {
        line,
        headers: headers(reader)?,
        ..Received::default()
    };
    if request.header("transfer-encoding").is_some() {
        read_chunks(reader, &mut request)?;
    } else if let Some(length) = request.header("content-length") {
        let length = length.parse().map_err(io::Error::other)?;
        read_part(reader, length, &mut request)?;
    }
    Ok(Some(request))
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    // A header's value may hold any byte; each becomes a character.
    let text: String = line.into_iter().map(char::from).collect();
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn headers(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(':') else {
            return Ok(headers);
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn read_chunks(reader: &mut impl BufRead, request: &mut Received) -> io::Result<()> {
    loop {
        let size = line(reader)?;
        let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
        if size == 0 {
            // Trailers look like headers, and end like them.
            return headers(reader).map(drop);
        }
        read_part(reader, size, request)?;
        line(reader)?;
    }
}

fn read_part(reader: &mut impl Read, length: usize, request: &mut Received) -> io::Result<()> {
    let mut part = reader.take(length as u64);
    let mut buffer = [0; 16 << 10];
    loop {
        let count = part.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        request.length += count;
        let room = KEPT.saturating_sub(request.body.len()).min(count);
        request.body.extend(buffer.iter().take(room));
    }
    if part.limit() > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
