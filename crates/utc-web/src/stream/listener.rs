//! One who listens: hears what is new, is asked for anew, and is told.

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::time::{Instant, timeout};
use actix_web::web::{self, Bytes, Data};
use tokio::sync::mpsc::Sender;
use utc_app::{AppError, Heard, Listening, Principal};

use super::event;
use crate::State;
use crate::access::Caller;

/// How often it is asked whether whoever listens still may.
const RECHECK: Duration = Duration::from_secs(30);

/// After so long without anything new the connection says that it is alive.
const QUIET: Duration = Duration::from_secs(15);

/// Whoever listens, as they were when they were asked for last.
pub(crate) struct Hearer {
    caller: Caller,
    principal: Arc<Principal>,
}

impl Hearer {
    pub(crate) fn new(caller: Caller) -> Self {
        Self {
            principal: caller.shared(),
            caller,
        }
    }

    /// Asks for them anew.
    async fn recheck(&mut self, state: &Data<State>) -> Result<(), AppError> {
        let console = Arc::clone(&state.console);
        let caller = self.caller.clone();
        let asked = web::block(move || match caller.session() {
            Some(signed_in) => console.recheck_session(signed_in),
            None => console.recheck(&caller.shared()),
        });
        let asked = asked.await;
        self.principal = asked.map_err(|error| AppError::Internal(Box::new(error)))??;
        Ok(())
    }
}

/// One who listens.
pub(crate) struct Listener {
    pub(crate) state: Data<State>,
    pub(crate) hearer: Hearer,
    pub(crate) listening: Listening,
    /// The position before which a browser that comes back has heard everything.
    pub(crate) heard: Option<u64>,
    pub(crate) sender: Sender<Bytes>,
}

/// Why a stream ends.
enum End {
    /// Whoever listened is gone.
    Gone,
    /// Nothing more is told, or not to them.
    Over,
}

impl Listener {
    /// Tells until there is nothing to tell, or nobody to tell it to.
    pub(crate) async fn run(mut self) {
        match self.tell().await {
            Ok(()) | Err(End::Gone) => {}
            Err(End::Over) => drop(self.sender.send(event::bye()).await),
        }
    }

    async fn tell(&mut self) -> Result<(), End> {
        self.begin().await?;
        let mut rechecked = Instant::now();
        loop {
            let heard = timeout(QUIET, self.listening.next()).await;
            if rechecked.elapsed() >= RECHECK {
                self.recheck().await?;
                rechecked = Instant::now();
            }
            match heard {
                Err(_) => self.send(event::alive()).await?,
                Ok(Heard::News(bulletin)) => {
                    let news = event::news(&bulletin, &self.hearer.principal);
                    self.send(news).await?;
                }
                Ok(Heard::Missed) => {
                    let size = self.state.console.journal().size();
                    self.send(event::reset(size)).await?;
                }
                Ok(Heard::Over) => return Ok(()),
            }
        }
    }

    /// What was missed while the browser was away, or where everything begins.
    async fn begin(&mut self) -> Result<(), End> {
        let from = self.listening.from();
        let Some(heard) = self.heard.filter(|heard| *heard <= from) else {
            return self.send(event::hello(from)).await;
        };
        // At most some thousand narrow rows, and only when a browser comes back.
        let missed = web::block({
            let console = Arc::clone(&self.state.console);
            let place = self.listening.from();
            move || console.missed(heard, place)
        });
        match missed.await {
            Ok(Ok(bulletin)) => {
                let news = event::news(&bulletin, &self.hearer.principal);
                self.send(event::hello(heard)).await?;
                self.send(news).await
            }
            Ok(Err(_)) | Err(_) => self.send(event::reset(from)).await,
        }
    }

    async fn recheck(&mut self) -> Result<(), End> {
        match self.hearer.recheck(&self.state).await {
            Ok(()) => Ok(()),
            Err(AppError::Unauthenticated) => Err(End::Over),
            // A database that cannot be asked answers nothing: whoever comes back is asked for as everybody is.
            Err(_) => Err(End::Gone),
        }
    }

    async fn send(&self, bytes: Bytes) -> Result<(), End> {
        self.sender.send(bytes).await.map_err(|_| End::Gone)
    }
}
