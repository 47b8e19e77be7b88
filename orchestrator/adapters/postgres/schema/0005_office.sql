-- Officials' sessions: apart from residents', so that neither can be taken for the other.
create table elukaar.office_session (
  token_digest bytea primary key,
  csrf_token text not null,
  municipality text not null,
  official text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
