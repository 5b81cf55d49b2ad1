"""Where the parts of the interface put their endpoints."""

from squad.kernel.http import Endpoints

ENDPOINTS = Endpoints("/api/routing")
