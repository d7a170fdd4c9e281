//! Carrying checkpoints away: `UTC_CHECKPOINT_SINK`.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context as _;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use utc_app::log::CheckpointSink;
use utc_outbound::{Body, Connection, Outbound, OutboundPolicy, Request, Target, Timeouts};

/// Checkpoints that wait for a slow receiver. They come about once a minute; the newest matters.
const WAITING: usize = 16;

/// The sink that the configuration names.
pub(crate) fn open(named: &str, policy: OutboundPolicy) -> anyhow::Result<Arc<dyn CheckpointSink>> {
    let target = if named.contains("://") {
        let target: Target = named.parse().context("UTC_CHECKPOINT_SINK")?;
        let client = Outbound::new(policy, Timeouts::default())?;
        Receiving::Address {
            target,
            client: Box::new(client),
        }
    } else {
        let path = PathBuf::from(named);
        append(&path, "")
            .with_context(|| format!("UTC_CHECKPOINT_SINK: cannot write to {named}"))?;
        Receiving::File(path)
    };
    let (sender, receiver) = sync_channel(WAITING);
    let thread = thread::Builder::new()
        .name("utc-sink".to_owned())
        .spawn(move || carry(&target, &receiver))
        .context("cannot start the thread that carries checkpoints away")?;
    Ok(Arc::new(Sink(Mutex::new(Some((sender, thread))))))
}

/// The thread that carries, until it has finished.
struct Sink(Mutex<Option<(SyncSender<String>, JoinHandle<()>)>>);

impl CheckpointSink for Sink {
    fn take(&self, checkpoint: &str) {
        let carrier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = carrier
            .as_ref()
            .is_some_and(|(sender, _)| sender.try_send(checkpoint.to_owned()).is_ok());
        if !taken {
            tracing::warn!("a checkpoint was not carried away: the ones before it still wait");
        }
    }

    fn finish(&self) {
        let carrier = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((sender, thread)) = carrier {
            drop(sender);
            // A thread that panicked has reported itself.
            let _ = thread.join();
        }
    }
}

enum Receiving {
    File(PathBuf),
    Address {
        target: Target,
        client: Box<Outbound>,
    },
}

fn carry(to: &Receiving, checkpoints: &Receiver<String>) {
    let runtime = match actix_web::rt::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "no checkpoint will be carried away"),
    };
    while let Ok(checkpoint) = checkpoints.recv() {
        let carried = match to {
            Receiving::File(path) => append(path, &format!("{checkpoint}\n")).map_err(Into::into),
            Receiving::Address { target, client } => {
                runtime.block_on(post(client, target, checkpoint))
            }
        };
        if let Err(error) = carried {
            let error = format!("{error:#}");
            tracing::warn!(%error, "a checkpoint was not carried away");
        }
    }
}

/// One checkpoint behind the other, an empty line between them; on disk before this returns.
fn append(path: &PathBuf, text: &str) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

async fn post(client: &Outbound, target: &Target, checkpoint: String) -> anyhow::Result<()> {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let request = Request {
        method: Method::POST,
        target: target.clone(),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, kind)]),
        body: Body::whole(checkpoint),
        // It belongs to this thread's runtime.
        connection: Connection::Fresh,
    };
    let status = client.send(request).await?.status();
    anyhow::ensure!(status.is_success(), "the receiver answered {status}");
    Ok(())
}
