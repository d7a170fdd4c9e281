//! A file as the body of an answer: read piece by piece off the workers' threads, never as a whole.

use std::fs::File;
use std::future::Future;
use std::io::{self, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::error::BlockingError;
use actix_web::web::{Bytes, block};

/// How much is read at once, in bytes.
const PIECE: usize = 64 * 1024;

type Reading = Pin<Box<dyn Future<Output = Result<io::Result<(File, Bytes)>, BlockingError>>>>;

/// A file as the body of an answer.
pub(crate) struct FileBody {
    bytes: u64,
    /// None behind its end.
    reading: Option<Reading>,
}

impl FileBody {
    /// The file from where it stands; it has `bytes` more.
    pub(crate) fn new(file: File, bytes: u64) -> Self {
        Self {
            bytes,
            reading: Some(next(file)),
        }
    }
}

fn next(file: File) -> Reading {
    Box::pin(block(move || piece(file)))
}

fn piece(mut file: File) -> io::Result<(File, Bytes)> {
    let mut piece = vec![0; PIECE];
    let read = file.read(&mut piece)?;
    piece.truncate(read);
    Ok((file, piece.into()))
}

impl MessageBody for FileBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        let Some(reading) = self.reading.as_mut() else {
            return Poll::Ready(None);
        };
        let read = ready!(reading.as_mut().poll(context));
        self.reading = None;
        Poll::Ready(match read.map_err(io::Error::other).flatten() {
            Ok((_, piece)) if piece.is_empty() => None,
            Ok((file, piece)) => {
                self.reading = Some(next(file));
                Some(Ok(piece))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};

    use actix_web::body::to_bytes;

    use super::*;

    /// A file without a name.
    fn file(content: &[u8]) -> File {
        let folder = utc_test_support::TempDir::new();
        let path = folder.path().join("file");
        let mut file = File::create_new(path).unwrap();
        file.write_all(content).unwrap();
        File::options()
            .read(true)
            .open(folder.path().join("file"))
            .unwrap()
    }

    #[actix_web::test]
    async fn a_file_comes_whole_in_however_many_pieces() {
        for length in [0, 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let content: Vec<u8> = (0..length)
                .map(|n| u8::try_from(n % 251).unwrap())
                .collect();
            let body = FileBody::new(file(&content), u64::try_from(length).unwrap());
            assert_eq!(body.size(), BodySize::Sized(u64::try_from(length).unwrap()));
            assert!(to_bytes(body).await.unwrap() == content, "{length}");
        }
    }

    #[actix_web::test]
    async fn it_goes_on_from_where_the_file_stands() {
        let mut file = file(b"evidence");
        file.seek(SeekFrom::Start(4)).unwrap();
        assert_eq!(to_bytes(FileBody::new(file, 4)).await.unwrap(), "ence");
    }
}
