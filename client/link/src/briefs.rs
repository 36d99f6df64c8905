//! Briefs that an organisation keeps, and what all briefs lacked.

use cloudsite_proto::siting::{
    CreateBriefRequest, DeleteBriefRequest, GetBriefRequest, GetDemandReportRequest, GetDemandReportResponse,
    ListBriefsRequest, SavedBrief, UpdateBriefRequest,
};

use crate::client::{empty_reply, timed, unary};
use crate::{Client, LinkError};

impl Client {
    /// Keeps a brief for the reader's organisation. The same request id again keeps nothing more.
    pub async fn keep_brief(&self, request: CreateBriefRequest) -> Result<SavedBrief, LinkError> {
        let mut service = self.briefs.clone();
        unary("brief", service.create_brief(timed(request))).await?.brief.ok_or_else(|| empty_reply("brief"))
    }

    /// A brief that the reader may read, `briefs/{id}`.
    pub async fn saved_brief(&self, name: &str) -> Result<SavedBrief, LinkError> {
        let mut service = self.briefs.clone();
        let request = GetBriefRequest { name: name.to_owned() };
        unary(name, service.get_brief(timed(request))).await?.brief.ok_or_else(|| empty_reply(name))
    }

    /// A page of the briefs that the reader may read, the one that was kept last first, and the token of the next page. An empty
    /// token is the first page, and that of none.
    pub async fn saved_briefs(&self, page_token: &str) -> Result<(Vec<SavedBrief>, String), LinkError> {
        let mut service = self.briefs.clone();
        let request = ListBriefsRequest { page_token: page_token.to_owned(), ..ListBriefsRequest::default() };
        let reply = unary("briefs", service.list_briefs(timed(request))).await?;
        Ok((reply.briefs, reply.next_page_token))
    }

    /// Changes a brief of the reader's organisation.
    pub async fn change_brief(&self, request: UpdateBriefRequest) -> Result<SavedBrief, LinkError> {
        let (mut service, name) = (self.briefs.clone(), request.name.clone());
        unary(&name, service.update_brief(timed(request))).await?.brief.ok_or_else(|| empty_reply(&name))
    }

    /// Deletes a brief of the reader's organisation.
    pub async fn delete_brief(&self, name: &str) -> Result<(), LinkError> {
        let mut service = self.briefs.clone();
        let request = DeleteBriefRequest { name: name.to_owned(), etag: String::new() };
        unary(name, service.delete_brief(timed(request))).await.map(drop)
    }

    /// What briefs of a quarter, such as `2026-Q4`, lacked; empty is the present one. For who keeps the record.
    pub async fn demand(&self, quarter: &str) -> Result<GetDemandReportResponse, LinkError> {
        let mut service = self.demand.clone();
        unary("demand", service.get_demand_report(timed(GetDemandReportRequest { quarter: quarter.to_owned() }))).await
    }
}
