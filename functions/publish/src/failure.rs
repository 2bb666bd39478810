//! Why a view could not be written.

/// A failed write of a view. The message comes again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store refused or did not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A format's writer failed.
    #[error("rendering: {0}")]
    Render(String),
    /// An object is not what it must be; repeating does not help.
    #[error("{0}")]
    Damaged(String),
}

impl Failure {
    pub(crate) fn render(error: impl ToString) -> Self {
        Self::Render(error.to_string())
    }
}
