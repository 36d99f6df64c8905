//! `cloudsite member`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use cloudsite_domain::identity::Principal;
use cloudsite_proto::identity as wire;
use serde_json::{Value, json};

use super::answer::{Done, Failure};
use super::people::{Folder, failed, member_json, member_line, name_in, role};

#[derive(Debug, Args)]
pub(super) struct Member {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the members.
    List {
        #[command(flatten)]
        folder: Folder,
    },
    /// Make a member.
    Create(Create),
    /// Change a member's roles, or keep the member from signing in.
    Update(Update),
    /// End all sessions of a member.
    SignOut {
        #[command(flatten)]
        folder: Folder,
        /// The member's number.
        member: String,
    },
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    folder: Folder,
    /// What to call the member.
    display_name: String,
    /// The organisation's code.
    #[arg(long, value_name = "CODE")]
    organisation: String,
    /// What the member may do; may be given several times.
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<wire::Role>,
    /// What to sign in with.
    #[arg(long)]
    email: Option<String>,
    /// A file whose first line is the password. Not the password: arguments are seen by everyone on the machine.
    #[arg(long, value_name = "FILE", requires = "email")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Update {
    #[command(flatten)]
    folder: Folder,
    /// The member's number.
    member: String,
    /// What the member may do from now on, instead of what it was; may be given several times.
    #[arg(long = "role", value_name = "ROLE", value_parser = role)]
    roles: Vec<wire::Role>,
    /// Keep the member from signing in, and end all sessions.
    #[arg(long)]
    disable: bool,
    /// Let the member sign in again.
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
}

fn numbers(roles: &[wire::Role]) -> Vec<i32> {
    roles.iter().map(|role| (*role).into()).collect()
}

fn done(verb: &str, member: Option<wire::Member>) -> Done {
    let member = member.unwrap_or_default();
    Done::new(format!("{verb} {}", member_line(&member)), json!({ "member": member_json(&member) }))
}

impl Member {
    pub(super) fn run(self) -> Result<Done, Failure> {
        match self.action {
            Action::List { folder } => list(&folder),
            Action::Create(create) => create.run(),
            Action::Update(update) => update.run(),
            Action::SignOut { folder, member } => {
                let request = wire::RevokeSessionsRequest { member: name_in("members", &member) };
                let again = request.clone();
                let reply = folder.open()?.ask(
                    |api| api.revoke_sessions(&Principal::Operator, request),
                    async |there| there.revoke_sessions(again).await,
                )?;
                Ok(Done::new(format!("Ended {} sessions", reply.ended), json!({ "ended": reply.ended })))
            }
        }
    }
}

fn list(folder: &Folder) -> Result<Done, Failure> {
    let mut people = folder.open()?;
    let mut members = Vec::new();
    let mut request = wire::ListMembersRequest { page_size: 1_000, ..wire::ListMembersRequest::default() };
    loop {
        let (here, there) = (request.clone(), request.clone());
        let page = people.ask(|api| api.list_members(here), async |asked| asked.list_members(there).await)?;
        members.extend(page.members);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let lines: String = members.iter().map(|member| member_line(member) + "\n").collect();
    let all: Vec<Value> = members.iter().map(member_json).collect();
    Ok(Done::new(format!("{lines}{} members", members.len()), json!({ "members": all })))
}

impl Create {
    fn run(self) -> Result<Done, Failure> {
        let password = match &self.password_file {
            None => String::new(),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| failed(format!("cannot read {}: {error}", file.display())))?;
                text.lines().next().unwrap_or_default().to_owned()
            }
        };
        let request = wire::CreateMemberRequest {
            organisation: name_in("organisations", &self.organisation),
            display_name: self.display_name,
            email: self.email.unwrap_or_default(),
            roles: numbers(&self.roles),
            password,
        };
        let again = request.clone();
        let reply = self.folder.open()?.ask(
            |api| api.create_member(&Principal::Operator, request),
            async |there| there.create_member(again).await,
        )?;
        Ok(done("Made", reply.member))
    }
}

impl Update {
    fn run(self) -> Result<Done, Failure> {
        let roles = (!self.roles.is_empty()).then(|| wire::RoleSet { roles: numbers(&self.roles) });
        let disabled = (self.disable || self.enable).then_some(self.disable);
        let name = name_in("members", &self.member);
        let request = wire::UpdateMemberRequest { name, roles, disabled, etag: String::new() };
        let again = request.clone();
        let reply = self.folder.open()?.ask(
            |api| api.update_member(&Principal::Operator, request),
            async |there| there.update_member(again).await,
        )?;
        Ok(done("Now", reply.member))
    }
}
