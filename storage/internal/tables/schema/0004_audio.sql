-- Audio that was uploaded: files by name, contents by their digest, and which
-- releases play which content. extflow_audio and extflow_audio_parts of the first
-- version were never written to, and are not used any more.

CREATE TABLE extflow_files (
  account TEXT NOT NULL,
  name    TEXT NOT NULL,
  content TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (account, name)
);
CREATE INDEX extflow_files_content ON extflow_files (account, content);
CREATE TABLE extflow_contents (
  account TEXT NOT NULL,
  content TEXT NOT NULL,
  upload  TEXT NOT NULL, -- whose parts it is made of
  type    TEXT NOT NULL,
  size    BIGINT NOT NULL,
  at      BIGINT NOT NULL, -- when it was first put
  until   BIGINT NOT NULL, -- it stays until then, whether anything has it or not
  PRIMARY KEY (account, content)
);
CREATE INDEX extflow_contents_upload ON extflow_contents (account, upload);
CREATE TABLE extflow_parts (
  account TEXT NOT NULL,
  upload  TEXT NOT NULL,
  part    BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  body    BYTEA NOT NULL,
  PRIMARY KEY (account, upload, part)
);
CREATE TABLE extflow_played (
  account TEXT NOT NULL,
  content TEXT NOT NULL,
  release TEXT NOT NULL,
  PRIMARY KEY (account, content, release)
);
