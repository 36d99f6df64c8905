//! What others are shown.

use cloudsite_proto::audit::{GetShownRequest, GetShownResponse};
use cloudsite_proto::identity::{ListOrganisationsRequest, Organisation};

use crate::client::{timed, unary};
use crate::{Client, LinkError};

impl Client {
    /// All organisations, by code. For the park's side.
    pub async fn organisations(&self) -> Result<Vec<Organisation>, LinkError> {
        let mut service = self.identity.clone();
        let reply = unary("organisations", service.list_organisations(timed(ListOrganisationsRequest {}))).await?;
        Ok(reply.organisations)
    }

    /// What an organisation, `organisations/{code}`, was shown on a day of its calendar, `2026-03-12`. For who keeps the
    /// record.
    pub async fn shown(&self, organisation: &str, day: &str) -> Result<GetShownResponse, LinkError> {
        let mut service = self.audit.clone();
        let request = GetShownRequest { organisation: organisation.to_owned(), day: day.to_owned() };
        unary(organisation, service.get_shown(timed(request))).await
    }
}
