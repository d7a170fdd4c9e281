//! The data keys that this process holds.

use std::fmt;

use crate::{DataKey, DataKeyId, KeyError};

/// The data keys of an installation: one that seals and hashes, and previous ones that only open and
/// compare what was made under them.
pub struct DataKeys {
    active: DataKey,
    previous: Vec<DataKey>,
}

impl DataKeys {
    /// A ring of one active and any number of previous keys.
    ///
    /// # Errors
    ///
    /// [`KeyError::Duplicate`] if one key is given twice.
    pub fn new(active: DataKey, previous: Vec<DataKey>) -> Result<Self, KeyError> {
        let mut ring = Self::only(active);
        for key in previous {
            ring.add(key)?;
        }
        Ok(ring)
    }

    /// The ring after a rotation: `next` is active, and the key before it the first of the previous ones.
    ///
    /// # Errors
    ///
    /// [`KeyError::Duplicate`] if the ring holds the key already.
    pub fn rotated(mut self, next: DataKey) -> Result<Self, KeyError> {
        self.refuse_known(next.id())?;
        let before = std::mem::replace(&mut self.active, next);
        self.previous.insert(0, before);
        Ok(self)
    }

    /// The key that seals and hashes.
    pub fn active(&self) -> &DataKey {
        &self.active
    }

    /// The key of that id, active or previous.
    pub fn find(&self, id: DataKeyId) -> Option<&DataKey> {
        self.iter().find(|key| key.id() == id)
    }

    /// The active key, then the previous ones in their order.
    pub fn iter(&self) -> impl Iterator<Item = &DataKey> {
        std::iter::once(&self.active).chain(&self.previous)
    }

    /// A ring of one key.
    pub(crate) fn only(active: DataKey) -> Self {
        Self {
            active,
            previous: Vec::new(),
        }
    }

    /// Adds a previous key after the others.
    pub(crate) fn add(&mut self, previous: DataKey) -> Result<(), KeyError> {
        self.refuse_known(previous.id())?;
        self.previous.push(previous);
        Ok(())
    }

    fn refuse_known(&self, id: DataKeyId) -> Result<(), KeyError> {
        match self.find(id) {
            Some(_) => Err(KeyError::Duplicate { id }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
