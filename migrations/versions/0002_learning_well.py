"""Learning well

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


#: The index of search, which models cannot say (as `lms/catalogue/search/models.py` makes it in tests).
INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_index USING fts5(lang, title, words, tokenize=\"unicode61 remove_diacritics 2\")",
    ),
    "postgresql": (
        "CREATE TABLE search_index "
        "(id INTEGER PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE, words TSVECTOR NOT NULL)",
        "CREATE INDEX ix_search_index_words ON search_index USING gin (words)",
    ),
}


def upgrade() -> None:
    op.create_table('calendar_entry',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('key', sa.String(length=250), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('title', sa.String(length=600), nullable=False),
    sa.Column('text', sa.String(length=1200), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(day IS NULL) <> (starts_at IS NULL)', name=op.f('ck_calendar_entry_when')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_entry_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'key', name=op.f('pk_calendar_entry'))
    )
    op.create_table('calendar_feed',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=False),
    sa.Column('details', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_feed_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_calendar_feed_token_digest'))
    )
    op.create_table('live_session',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('minutes >= 1', name=op.f('ck_live_session_minutes')),
    sa.CheckConstraint('seats IS NULL OR seats >= 1', name=op.f('ck_live_session_seats')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_live_session_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_session')),
    sa.UniqueConstraint('course_id', 'unit', 'activity', name=op.f('uq_live_session_course_id_unit_activity'))
    )
    op.create_table('note',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(length=4000), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('former', sa.String(length=4000), nullable=True),
    sa.Column('former_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(former IS NULL) = (former_at IS NULL)', name=op.f('ck_note_former')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_note_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_note_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'activity', name=op.f('pk_note'))
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_former_at'), ['former_at'], unique=False)

    op.create_table('poll_count',
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('poll', sa.String(length=64), nullable=False),
    sa.Column('size', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('place', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('choice', sa.String(length=16), nullable=False),
    sa.Column('votes', sa.Integer(), nullable=False),
    sa.CheckConstraint('votes >= 0', name=op.f('ck_poll_count_votes')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_poll_count_course_id_course')),
    sa.PrimaryKeyConstraint('course_id', 'unit', 'activity', 'poll', 'size', 'place', name=op.f('pk_poll_count'))
    )
    op.create_table('practice_note',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('block', sa.String(length=64), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('text', sa.String(length=800), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('state', sa.Enum('shown', 'hidden', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_practice_note_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_practice_note_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_note')),
    sa.UniqueConstraint('person_id', 'course_id', 'unit', 'block', name=op.f('uq_practice_note_person_id_course_id_unit_block'))
    )
    with op.batch_alter_table('practice_note', schema=None) as batch_op:
        batch_op.create_index('ix_practice_note_step', ['course_id', 'unit', 'state', 'published_at'], unique=False)

    op.create_table('reflection',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('revision >= 0', name=op.f('ck_reflection_revision')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_reflection_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reflection_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reflection')),
    sa.UniqueConstraint('person_id', 'course_id', 'unit', 'activity', name=op.f('uq_reflection_person_id_course_id_unit_activity'))
    )
    with op.batch_alter_table('reflection', schema=None) as batch_op:
        batch_op.create_index('ix_reflection_activity', ['course_id', 'unit', 'activity'], unique=False)

    op.create_table('remark',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.Enum('error', 'disagree', name='kind', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('quote', sa.String(length=500), nullable=False),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('open', 'answered', 'closed', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('answer', sa.String(length=1000), nullable=False),
    sa.Column('answered_by', sa.String(length=22), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'answered') = (answer <> '')", name=op.f('ck_remark_answer')),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_remark_answered_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_remark_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_remark_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remark')),
    sa.UniqueConstraint('digest', name=op.f('uq_remark_digest'))
    )
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_remark_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_remark_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_remark_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_remark_written_at'), ['written_at'], unique=False)

    op.create_table('search_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=130), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('hidden_in', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_search_entry_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_entry'))
    )
    with op.batch_alter_table('search_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_entry_course_id'), ['course_id'], unique=False)

    op.create_table('tick',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('section', sa.String(length=64), nullable=False),
    sa.Column('place', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('sentence', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_tick_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_tick_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'activity', 'section', 'place', name=op.f('pk_tick'))
    )
    op.create_table('voter',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('poll', sa.String(length=64), nullable=False),
    sa.Column('size', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('choice', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_voter_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_voter_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'activity', 'poll', 'size', name=op.f('pk_voter'))
    )
    op.create_table('work',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('draft', 'handed', 'reviewed', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('peers', sa.SmallInteger(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'draft') = (handed_at IS NULL)", name=op.f('ck_work_handed')),
    sa.CheckConstraint("(state = 'reviewed') = (reviewed_at IS NOT NULL)", name=op.f('ck_work_reviewed')),
    sa.CheckConstraint('peers >= 0 AND revision >= 0', name=op.f('ck_work_counts')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_work_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_work_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work')),
    sa.UniqueConstraint('person_id', 'course_id', 'unit', 'activity', name=op.f('uq_work_person_id_course_id_unit_activity'))
    )
    with op.batch_alter_table('work', schema=None) as batch_op:
        batch_op.create_index('ix_work_activity', ['course_id', 'unit', 'activity'], unique=False)
        batch_op.create_index('ix_work_waiting', ['state', 'handed_at'], unique=False)

    op.create_table('certificate',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('code', sa.String(length=26), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('status_index', sa.Integer(), nullable=False),
    sa.Column('facts', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_for', sa.Enum('replaced', 'withdrawn', name='revoked_for', native_enum=False, create_constraint=True), nullable=True),
    sa.Column('revoked_why', sa.String(length=300), nullable=False),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_for IS NULL)', name=op.f('ck_certificate_revoked')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_certificate_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certificate_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_certificate_version_id_course_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('code', name=op.f('uq_certificate_code')),
    sa.UniqueConstraint('status_index', name=op.f('uq_certificate_status_index'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_course_id'), ['course_id'], unique=False)
        batch_op.create_index('uq_certificate_valid', ['person_id', 'course_id'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    op.create_table('draft',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('block', sa.String(length=64), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('typed', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_draft_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_draft_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_draft_version_id_course_version')),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'activity', 'block', name=op.f('pk_draft'))
    )
    op.create_table('presence',
    sa.Column('session_id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('how', sa.Enum('attended', 'replay', name='how', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('noted_by', sa.String(length=22), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['noted_by'], ['person.id'], name=op.f('fk_presence_noted_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_presence_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['live_session.id'], name=op.f('fk_presence_session_id_live_session')),
    sa.PrimaryKeyConstraint('session_id', 'person_id', name=op.f('pk_presence'))
    )
    op.create_table('reflection_text',
    sa.Column('reflection_id', sa.String(length=22), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('lang', sa.String(length=8), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('shown', sa.Enum('nobody', 'unnamed', 'named', name='shown', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('former', sa.Text(), nullable=False),
    sa.Column('former_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(former = '') = (former_at IS NULL)", name=op.f('ck_reflection_text_former')),
    sa.CheckConstraint("text <> '' OR shown = 'nobody'", name=op.f('ck_reflection_text_nothing_shown')),
    sa.ForeignKeyConstraint(['reflection_id'], ['reflection.id'], name=op.f('fk_reflection_text_reflection_id_reflection'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_reflection_text_version_id_course_version')),
    sa.PrimaryKeyConstraint('reflection_id', 'question', name=op.f('pk_reflection_text'))
    )
    op.create_table('review',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'retired', 'out', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('given', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('missed', sa.Boolean(), nullable=False),
    sa.Column('sure', sa.Boolean(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reviewed_on', sa.Date(), nullable=True),
    sa.CheckConstraint("(state = 'waiting') = (due_on IS NOT NULL)", name=op.f('ck_review_due')),
    sa.CheckConstraint('step >= 0 AND step <= 3', name=op.f('ck_review_step')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_review_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_review_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_review_version_id_course_version')),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'activity', 'question', name=op.f('pk_review'))
    )
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.create_index('ix_review_due', ['person_id', 'state', 'due_on'], unique=False)

    op.create_table('seat',
    sa.Column('session_id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('promoted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('number IS NULL OR number >= 1', name=op.f('ck_seat_number')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_seat_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['live_session.id'], name=op.f('fk_seat_session_id_live_session')),
    sa.PrimaryKeyConstraint('session_id', 'person_id', name=op.f('pk_seat')),
    sa.UniqueConstraint('session_id', 'number', name=op.f('uq_seat_session_id_number')),
    sa.UniqueConstraint('session_id', 'turn', name=op.f('uq_seat_session_id_turn'))
    )
    op.create_table('walk',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('path', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_walk_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_walk_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_walk_version_id_course_version')),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'activity', 'version_id', name=op.f('pk_walk'))
    )
    op.create_table('work_file',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('work_id', sa.String(length=22), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_work_file_size')),
    sa.ForeignKeyConstraint(['work_id'], ['work.id'], name=op.f('fk_work_file_work_id_work'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_file')),
    sa.UniqueConstraint('work_id', 'sha256', name=op.f('uq_work_file_work_id_sha256'))
    )
    op.create_table('work_review',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('work_id', sa.String(length=22), nullable=False),
    sa.Column('reviewer_id', sa.String(length=22), nullable=True),
    sa.Column('role', sa.Enum('peer', 'trainer', name='role', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('number', sa.SmallInteger(), nullable=True),
    sa.Column('marks', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.CheckConstraint('(sent_at IS NULL) = (number IS NULL)', name=op.f('ck_work_review_sent')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['person.id'], name=op.f('fk_work_review_reviewer_id_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['work_id'], ['work.id'], name=op.f('fk_work_review_work_id_work'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_review')),
    sa.UniqueConstraint('work_id', 'reviewer_id', name=op.f('uq_work_review_work_id_reviewer_id'))
    )
    with op.batch_alter_table('work_review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_work_review_reviewer_id'), ['reviewer_id'], unique=False)

    op.create_table('work_edition',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('work_id', sa.String(length=22), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('lang', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('file_id', sa.String(length=22), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('number >= 1', name=op.f('ck_work_edition_number')),
    sa.ForeignKeyConstraint(['file_id'], ['work_file.id'], name=op.f('fk_work_edition_file_id_work_file')),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_work_edition_version_id_course_version')),
    sa.ForeignKeyConstraint(['work_id'], ['work.id'], name=op.f('fk_work_edition_work_id_work'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_edition')),
    sa.UniqueConstraint('work_id', 'number', name=op.f('uq_work_edition_work_id_number'))
    )
    with op.batch_alter_table('work_edition', schema=None) as batch_op:
        batch_op.create_index('uq_work_edition_draft', ['work_id'], unique=True, sqlite_where=sa.text('handed_at IS NULL'), postgresql_where=sa.text('handed_at IS NULL'))

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sure', sa.Boolean(), nullable=True))

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('knowing', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('place', schema=None) as batch_op:
        batch_op.add_column(sa.Column('heading', sa.String(length=120), server_default='', nullable=False))
        batch_op.add_column(sa.Column('lang', sa.String(length=2), nullable=True))

    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sa.String(length=200), server_default='', nullable=False))
        batch_op.add_column(sa.Column('may_ask', sa.Enum('nobody', 'manager', 'peer', name='may_ask', native_enum=False, create_constraint=False), server_default='nobody', nullable=False))
        batch_op.create_check_constraint(op.f('ck_plan_may_ask'), "may_ask IN ('nobody', 'manager', 'peer')")
        batch_op.add_column(sa.Column('remind', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('state', sa.Enum('planned', 'tried', 'adapted', 'dropped', name='state', native_enum=False, create_constraint=False), server_default='planned', nullable=False))
        batch_op.create_check_constraint(op.f('ck_plan_state'), "state IN ('planned', 'tried', 'adapted', 'dropped')")
        batch_op.add_column(sa.Column('happened', sa.String(length=2000), server_default='', nullable=False))
        batch_op.add_column(sa.Column('keeps', sa.String(length=2000), server_default='', nullable=False))
        batch_op.add_column(sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))

    for statement in INDEX[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS search_index")
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.drop_column('told_at')
        batch_op.drop_column('keeps')
        batch_op.drop_column('happened')
        batch_op.drop_constraint(op.f('ck_plan_state'), type_='check')
        batch_op.drop_column('state')
        batch_op.drop_column('remind')
        batch_op.drop_constraint(op.f('ck_plan_may_ask'), type_='check')
        batch_op.drop_column('may_ask')
        batch_op.drop_column('place')

    with op.batch_alter_table('place', schema=None) as batch_op:
        batch_op.drop_column('lang')
        batch_op.drop_column('heading')

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_column('knowing')

    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_column('sure')

    with op.batch_alter_table('work_edition', schema=None) as batch_op:
        batch_op.drop_index('uq_work_edition_draft', sqlite_where=sa.text('handed_at IS NULL'), postgresql_where=sa.text('handed_at IS NULL'))

    op.drop_table('work_edition')
    with op.batch_alter_table('work_review', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_work_review_reviewer_id'))

    op.drop_table('work_review')
    op.drop_table('work_file')
    op.drop_table('walk')
    op.drop_table('seat')
    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.drop_index('ix_review_due')

    op.drop_table('review')
    op.drop_table('reflection_text')
    op.drop_table('presence')
    op.drop_table('draft')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index('uq_certificate_valid', sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_certificate_course_id'))

    op.drop_table('certificate')
    with op.batch_alter_table('work', schema=None) as batch_op:
        batch_op.drop_index('ix_work_waiting')
        batch_op.drop_index('ix_work_activity')

    op.drop_table('work')
    op.drop_table('voter')
    op.drop_table('tick')
    with op.batch_alter_table('search_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_entry_course_id'))

    op.drop_table('search_entry')
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_remark_written_at'))
        batch_op.drop_index(batch_op.f('ix_remark_state'))
        batch_op.drop_index(batch_op.f('ix_remark_person_id'))
        batch_op.drop_index(batch_op.f('ix_remark_course_id'))

    op.drop_table('remark')
    with op.batch_alter_table('reflection', schema=None) as batch_op:
        batch_op.drop_index('ix_reflection_activity')

    op.drop_table('reflection')
    with op.batch_alter_table('practice_note', schema=None) as batch_op:
        batch_op.drop_index('ix_practice_note_step')

    op.drop_table('practice_note')
    op.drop_table('poll_count')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_former_at'))

    op.drop_table('note')
    op.drop_table('live_session')
    op.drop_table('calendar_feed')
    op.drop_table('calendar_entry')
