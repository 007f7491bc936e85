"""The same with rocketchat_API and its own way through pages; the channel list, for which it has no method, too."""

from rocketchat_API.APISections.base import paginated
from rocketchat_API.rocketchat import RocketChat

from benchmarks.speed.peers.question import ADDRESS, EVERY_TYPE, HEADERS, existing, window


class Workspace(RocketChat):
    """With the two lists that the library does not name, written as its own are."""

    @paginated("channels")
    def engagement_dashboard_channels(self, **kwargs):
        return self.call_api_get("engagement-dashboard/channels/list", kwargs=kwargs)

    @paginated("ims")
    def im_list_everyone(self, **kwargs):
        return self.call_api_get("im.list.everyone", kwargs=kwargs)


if __name__ == "__main__":
    workspace = Workspace(
        user_id=HEADERS["X-User-Id"],
        auth_token=HEADERS["X-Auth-Token"],
        server_url=ADDRESS.removesuffix("/api/v1/"),
        timeout=300,
    )
    rooms = list(workspace.rooms_admin_rooms(types=EVERY_TYPE))
    channels, groups = list(workspace.channels_list()), list(workspace.groups_list_all())
    people = list(workspace.im_list_everyone())
    counted = list(workspace.engagement_dashboard_channels(**window()))
    print(existing(rooms))
