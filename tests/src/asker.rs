//! Someone who asks for what the record holds: a visitor or a member, who may ask to be given less.

use cloudsite_proto::SEEN_AS;
use tonic::Request;

use crate::Server;

/// How someone's requests say who they are.
#[derive(Debug, Clone, Default)]
pub struct Asker {
    /// The bearer token; none of a visitor.
    pub token: Option<String>,
    /// The lower tier that they ask to be given.
    pub seen_as: Option<&'static str>,
}

impl Asker {
    /// The demo member with a role; none is a visitor.
    pub async fn of(server: &Server, role: Option<&str>) -> Self {
        let token = match role {
            Some(role) => Some(server.access_token(role).await),
            None => None,
        };
        Self { token, seen_as: None }
    }

    /// A request for a message.
    pub fn ask<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(token) = &self.token {
            let header = format!("Bearer {token}").parse().expect("a token is a header's value");
            request.metadata_mut().insert("authorization", header);
        }
        if let Some(tier) = self.seen_as {
            request.metadata_mut().insert(SEEN_AS, tier.parse().expect("a tier is a header's value"));
        }
        request
    }
}
