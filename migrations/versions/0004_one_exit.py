"""One exit

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

#: SQLite writes the table anew, and again without row numbers: they would keep the order in which answers came.
WITHOUT_ORDER: dict[str, Any] = {"table_kwargs": {"sqlite_with_rowid": False}}


def _fill() -> None:
    """Answers that were counted before are one batch, told with the campaign's next release; of a closed campaign territories
    and spaces are told too.
    """
    op.execute("UPDATE survey_response SET release = 1")
    op.execute("UPDATE survey_campaign SET batches = 1 WHERE batches > 1")
    op.execute("UPDATE survey_campaign SET parts = batches WHERE state = 'closed'")


def _tell_again() -> None:
    """On the way back an answer is part of its space's figures where the campaign is closed, else of the network's alone."""
    op.execute(
        "UPDATE survey_response SET reach = 2 WHERE release IS NOT NULL "
        "AND campaign_id IN (SELECT id FROM survey_campaign WHERE state = 'closed')"
    )


def upgrade() -> None:
    op.create_table('table_on_its_way',
    sa.Column('person_id', sa.String(length=22), nullable=False),
    sa.Column('mark', sa.String(length=22), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_table_on_its_way_person_id_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_table_on_its_way'))
    )
    op.create_table('survey_release',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('campaign_id', sa.String(length=22), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('method', sa.Enum('mwds', name='method', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('draws', sa.Integer(), nullable=False),
    sa.Column('before_id', sa.String(length=22), nullable=True),
    sa.Column('parts_id', sa.String(length=22), nullable=True),
    sa.Column('told', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['before_id'], ['survey_release.id'], name=op.f('fk_survey_release_before_id_survey_release')),
    sa.ForeignKeyConstraint(['campaign_id'], ['survey_campaign.id'], name=op.f('fk_survey_release_campaign_id_survey_campaign')),
    sa.ForeignKeyConstraint(['parts_id'], ['survey_release.id'], name=op.f('fk_survey_release_parts_id_survey_release')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_release')),
    sa.UniqueConstraint('campaign_id', 'number', name=op.f('uq_survey_release_campaign_id_number'))
    )
    op.create_table('survey_released_group',
    sa.Column('release_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.Enum('network', 'territory', 'space', name='kind', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('show', sa.Enum('indicative', 'bands', 'full', name='show', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('domains', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('items', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('pooled', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('steps', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.ForeignKeyConstraint(['release_id'], ['survey_release.id'], name=op.f('fk_survey_released_group_release_id_survey_release')),
    sa.PrimaryKeyConstraint('release_id', 'kind', 'key', name=op.f('pk_survey_released_group'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('awaited_since', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('survey_campaign', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parts', sa.Integer(), server_default='0', nullable=False))

    with op.batch_alter_table('survey_response', **WITHOUT_ORDER) as batch_op:
        batch_op.add_column(sa.Column('release', sa.Integer(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_survey_response_campaign_id_reach'))
        batch_op.drop_constraint(op.f('ck_survey_response_reach'), type_='check')
        batch_op.create_index('ix_survey_response_campaign_id_release', ['campaign_id', 'release'], unique=False)
        batch_op.drop_column('reach')

    _fill()


def downgrade() -> None:
    with op.batch_alter_table('survey_response', **WITHOUT_ORDER) as batch_op:
        batch_op.add_column(sa.Column('reach', sa.SmallInteger(), nullable=False, server_default='0'))
    _tell_again()
    with op.batch_alter_table('survey_response', **WITHOUT_ORDER) as batch_op:
        batch_op.alter_column('reach', existing_type=sa.SmallInteger(), existing_nullable=False, server_default=None)
        batch_op.create_check_constraint(op.f('ck_survey_response_reach'), 'reach BETWEEN 0 AND 2')
        batch_op.drop_index('ix_survey_response_campaign_id_release')
        batch_op.create_index(batch_op.f('ix_survey_response_campaign_id_reach'), ['campaign_id', 'reach'], unique=False)
        batch_op.drop_column('release')

    with op.batch_alter_table('survey_campaign', schema=None) as batch_op:
        batch_op.drop_column('parts')

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('awaited_since')

    op.drop_table('survey_released_group')
    op.drop_table('survey_release')
    op.drop_table('table_on_its_way')
