"""first tables

Revision ID: 0001
Revises: 
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('counted_try',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('window_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_counted_try'))
    )
    op.create_table('course',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('owner', sa.Enum('folder', 'studio', name='owner', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('state', sa.Enum('published', 'archived', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('current_version_id', sa.String(length=22), nullable=False),
    sa.Column('source_digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course'))
    )
    op.create_table('installation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_installation_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )
    op.create_table('job',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('task', sa.String(length=80), nullable=False),
    sa.Column('queue', sa.String(length=20), nullable=False),
    sa.Column('args', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.Enum('due', 'leased', 'done', 'failed', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('key', name=op.f('uq_job_key'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_waiting', ['state', 'due_at'], unique=False)

    op.create_table('network',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('registration', sa.Enum('invitation', 'open', name='registration', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('smallest_group', sa.SmallInteger(), nullable=False),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('contact', sa.String(length=254), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_network_single')),
    sa.CheckConstraint('smallest_group >= 5', name=op.f('ck_network_smallest_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network'))
    )
    op.create_table('person',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('active', 'disabled', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email'))
    )
    op.create_table('stored_file',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_stored_file'))
    )
    op.create_table('survey_instrument',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('document', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_instrument')),
    sa.UniqueConstraint('name', 'version', name=op.f('uq_survey_instrument_name_version'))
    )
    op.create_table('territory',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_territory'))
    )
    op.create_table('course_version',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('authors', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('sources', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_course_version_number')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_version_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_version')),
    sa.UniqueConstraint('course_id', 'number', name=op.f('uq_course_version_course_id_number'))
    )
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_version_course_id'), ['course_id'], unique=False)

    op.create_table('login_session',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_login_session_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_session_person_id'), ['person_id'], unique=False)

    op.create_table('network_role',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('role', sa.Enum('trainer', 'coordinator', name='role', native_enum=False, create_constraint=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_network_role_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'role', name=op.f('pk_network_role'))
    )
    op.create_table('offer',
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('reason', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    sa.Column('pin', sa.SmallInteger(), nullable=True),
    sa.Column('pinned_by', sa.String(length=22), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('pin IS NULL OR pin >= 1', name=op.f('ck_offer_pin')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_offer_course_id_course')),
    sa.ForeignKeyConstraint(['pinned_by'], ['person.id'], name=op.f('fk_offer_pinned_by_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('course_id', name=op.f('pk_offer'))
    )
    op.create_table('place',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_place_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_place_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'course_id', name=op.f('pk_place'))
    )
    op.create_table('plan',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('block', sa.String(length=64), nullable=False),
    sa.Column('situation', sa.String(length=500), nullable=False),
    sa.Column('action', sa.String(length=500), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_plan_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', 'block', name=op.f('pk_plan'))
    )
    op.create_table('sent_mail',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=True),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('sent', 'kept', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'kept') = (body IS NOT NULL)", name=op.f('ck_sent_mail_body')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sent_mail_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_mail')),
    sa.UniqueConstraint('key', name=op.f('uq_sent_mail_key'))
    )
    with op.batch_alter_table('sent_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sent_mail_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_sent_mail_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sent_mail_person_id'), ['person_id'], unique=False)

    op.create_table('sign_in_link',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('purpose', sa.Enum('sign_in', 'reset', name='purpose', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('token_digest', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_link_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_sign_in_link_token_digest'))
    )
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_link_person_id'), ['person_id'], unique=False)

    op.create_table('space',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('territory_id', sa.String(length=64), nullable=False),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('latitude', sa.Float(), nullable=True),
    sa.Column('longitude', sa.Float(), nullable=True),
    sa.Column('desks', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_space_territory_id_territory')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_space'))
    )
    with op.batch_alter_table('space', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_space_territory_id'), ['territory_id'], unique=False)

    op.create_table('survey_campaign',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('instrument_id', sa.String(length=22), nullable=False),
    sa.Column('state', sa.Enum('draft', 'open', 'closed', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('k', sa.SmallInteger(), nullable=False),
    sa.Column('mode', sa.Enum('anonymous', name='mode', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('invited', sa.Integer(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('batches', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name=op.f('ck_survey_campaign_closed')),
    sa.CheckConstraint("(state = 'draft') = (opened_on IS NULL)", name=op.f('ck_survey_campaign_opened')),
    sa.CheckConstraint('k >= 5', name=op.f('ck_survey_campaign_k')),
    sa.ForeignKeyConstraint(['instrument_id'], ['survey_instrument.id'], name=op.f('fk_survey_campaign_instrument_id_survey_instrument')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_campaign')),
    sa.UniqueConstraint('number', name=op.f('uq_survey_campaign_number'))
    )
    with op.batch_alter_table('survey_campaign', schema=None) as batch_op:
        batch_op.create_index('uq_survey_campaign_open', ['state'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('application',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('asked', 'accepted', 'declined', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('decided_by', sa.String(length=22), nullable=True),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_application_decided_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_application_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_application_space_id_space')),
    sa.PrimaryKeyConstraint('person_id', 'space_id', name=op.f('pk_application'))
    )
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_space_id'), ['space_id'], unique=False)

    op.create_table('attempt',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('activity', sa.String(length=64), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('questions', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.CheckConstraint('number >= 1', name=op.f('ck_attempt_number')),
    sa.CheckConstraint('score IS NULL OR (score >= 0 AND score <= 1)', name=op.f('ck_attempt_score')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_attempt_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_attempt_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_attempt_version_id_course_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('person_id', 'course_id', 'unit', 'activity', 'number', name=op.f('uq_attempt_person_id_course_id_unit_activity_number'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index('uq_attempt_open', ['person_id', 'course_id', 'unit', 'activity'], unique=True, sqlite_where=sa.text('submitted_at IS NULL'), postgresql_where=sa.text('submitted_at IS NULL'))

    op.create_table('completion',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('unit', sa.String(length=64), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_completion_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_completion_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_completion_version_id_course_version')),
    sa.PrimaryKeyConstraint('person_id', 'course_id', 'unit', name=op.f('pk_completion'))
    )
    op.create_table('enrolment',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('course_id', sa.String(length=64), nullable=False),
    sa.Column('version_id', sa.String(length=22), nullable=False),
    sa.Column('state', sa.Enum('active', 'finished', 'declined', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('source', sa.Enum('self', 'manager', name='source', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('enrolled_by', sa.String(length=22), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name=op.f('ck_enrolment_finished')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_enrolment_course_id_course')),
    sa.ForeignKeyConstraint(['enrolled_by'], ['person.id'], name=op.f('fk_enrolment_enrolled_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_enrolment_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_enrolment_version_id_course_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolment')),
    sa.UniqueConstraint('person_id', 'course_id', name=op.f('uq_enrolment_person_id_course_id'))
    )
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolment_course_id'), ['course_id'], unique=False)

    op.create_table('invitation',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('role', sa.Enum('learner', 'manager', 'trainer', 'coordinator', name='role', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('lang', sa.Enum('fr', 'es', 'ca', 'en', name='lang', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('invited_by', sa.String(length=22), nullable=True),
    sa.Column('token_digest', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(role IN ('learner', 'manager')) = (space_id IS NOT NULL)", name=op.f('ck_invitation_scope')),
    sa.ForeignKeyConstraint(['invited_by'], ['person.id'], name=op.f('fk_invitation_invited_by_person'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_invitation_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_invitation_token_digest'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_email'), ['email'], unique=False)

    op.create_table('membership',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('space_id', sa.String(length=64), nullable=False),
    sa.Column('role', sa.Enum('learner', 'manager', name='role', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_membership_space_id_space')),
    sa.PrimaryKeyConstraint('person_id', 'space_id', name=op.f('pk_membership'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_space_id'), ['space_id'], unique=False)

    op.create_table('ranking',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('campaign_id', sa.String(length=22), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('method', sa.Enum('mwds', name='method', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('draws', sa.Integer(), nullable=False),
    sa.Column('inputs', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('result', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['survey_campaign.id'], name=op.f('fk_ranking_campaign_id_survey_campaign')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ranking'))
    )
    with op.batch_alter_table('ranking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ranking_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ranking_computed_at'), ['computed_at'], unique=False)

    op.create_table('survey_response',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('campaign_id', sa.String(length=22), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('territory_id', sa.String(length=64), nullable=True),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('role', sa.String(length=20), nullable=True),
    sa.Column('answers', sa.String(length=400), nullable=False),
    sa.Column('reach', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('reach BETWEEN 0 AND 2', name=op.f('ck_survey_response_reach')),
    sa.ForeignKeyConstraint(['campaign_id'], ['survey_campaign.id'], name=op.f('fk_survey_response_campaign_id_survey_campaign')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_survey_response_space_id_space')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_survey_response_territory_id_territory')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_response')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('survey_response', schema=None) as batch_op:
        batch_op.create_index('ix_survey_response_campaign_id_reach', ['campaign_id', 'reach'], unique=False)

    op.create_table('survey_token',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('campaign_id', sa.String(length=22), nullable=False),
    sa.Column('state', sa.Enum('unused', 'started', 'used', name='state', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('territory_id', sa.String(length=64), nullable=True),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('role', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['survey_campaign.id'], name=op.f('fk_survey_token_campaign_id_survey_campaign')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_survey_token_space_id_space')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_survey_token_territory_id_territory')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_token')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('survey_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_token_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('survey_waiting',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('campaign_id', sa.String(length=22), nullable=False),
    sa.Column('territory_id', sa.String(length=64), nullable=True),
    sa.Column('space_id', sa.String(length=64), nullable=True),
    sa.Column('role', sa.String(length=20), nullable=True),
    sa.Column('answers', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['survey_campaign.id'], name=op.f('fk_survey_waiting_campaign_id_survey_campaign')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_survey_waiting_space_id_space')),
    sa.ForeignKeyConstraint(['territory_id'], ['territory.id'], name=op.f('fk_survey_waiting_territory_id_territory')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_waiting')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('survey_waiting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_waiting_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('answer',
    sa.Column('attempt_id', sa.String(length=22), nullable=False),
    sa.Column('question', sa.String(length=64), nullable=False),
    sa.Column('given', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('lang', sa.String(length=2), nullable=False),
    sa.Column('share', sa.Float(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('share >= 0 AND share <= 1', name=op.f('ck_answer_share')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_answer_attempt_id_attempt'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('attempt_id', 'question', name=op.f('pk_answer'))
    )
    op.create_table('survey_draft',
    sa.Column('token_id', sa.String(length=64), nullable=False),
    sa.Column('item_order', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('answers', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['survey_token.id'], name=op.f('fk_survey_draft_token_id_survey_token'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_id', name=op.f('pk_survey_draft')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('survey_draft')
    op.drop_table('answer')
    with op.batch_alter_table('survey_waiting', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_waiting_campaign_id'))

    op.drop_table('survey_waiting')
    with op.batch_alter_table('survey_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_survey_token_campaign_id'))

    op.drop_table('survey_token')
    with op.batch_alter_table('survey_response', schema=None) as batch_op:
        batch_op.drop_index('ix_survey_response_campaign_id_reach')

    op.drop_table('survey_response')
    with op.batch_alter_table('ranking', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ranking_computed_at'))
        batch_op.drop_index(batch_op.f('ix_ranking_campaign_id'))

    op.drop_table('ranking')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_space_id'))

    op.drop_table('membership')
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitation_email'))

    op.drop_table('invitation')
    with op.batch_alter_table('enrolment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enrolment_course_id'))

    op.drop_table('enrolment')
    op.drop_table('completion')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index('uq_attempt_open', sqlite_where=sa.text('submitted_at IS NULL'), postgresql_where=sa.text('submitted_at IS NULL'))

    op.drop_table('attempt')
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_space_id'))

    op.drop_table('application')
    with op.batch_alter_table('survey_campaign', schema=None) as batch_op:
        batch_op.drop_index('uq_survey_campaign_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.drop_table('survey_campaign')
    with op.batch_alter_table('space', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_space_territory_id'))

    op.drop_table('space')
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_link_person_id'))

    op.drop_table('sign_in_link')
    with op.batch_alter_table('sent_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sent_mail_person_id'))
        batch_op.drop_index(batch_op.f('ix_sent_mail_at'))
        batch_op.drop_index(batch_op.f('ix_sent_mail_address'))

    op.drop_table('sent_mail')
    op.drop_table('plan')
    op.drop_table('place')
    op.drop_table('offer')
    op.drop_table('network_role')
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_session_person_id'))

    op.drop_table('login_session')
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_version_course_id'))

    op.drop_table('course_version')
    op.drop_table('territory')
    op.drop_table('survey_instrument')
    op.drop_table('stored_file')
    op.drop_table('person')
    op.drop_table('network')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_waiting')

    op.drop_table('job')
    op.drop_table('installation')
    op.drop_table('course')
    op.drop_table('counted_try')
