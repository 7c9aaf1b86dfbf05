package main

import (
	"context"
	"fmt"
	"log"
	"strings"
	"sync"

	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

// plugin answers the kubelet's questions about simulated devices.
type plugin struct {
	api.UnimplementedDevicePluginServer
	mu      sync.Mutex
	devices []*api.Device
	// changed is closed and replaced whenever a device's health changes.
	changed chan struct{}
}

func newPlugin(count int) *plugin {
	p := &plugin{changed: make(chan struct{})}
	for i := range count {
		p.devices = append(p.devices, &api.Device{ID: fmt.Sprintf("GPU-simulated-%d", i), Health: api.Healthy})
	}
	return p
}

// current copies the devices, so that a response is not changed while it is being sent.
func (p *plugin) current() ([]*api.Device, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	devices := make([]*api.Device, 0, len(p.devices))
	for _, device := range p.devices {
		devices = append(devices, &api.Device{ID: device.ID, Health: device.Health})
	}
	return devices, p.changed
}

// setHealth gives the first device one health and all others another.
func (p *plugin) setHealth(first, others string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, device := range p.devices {
		device.Health = others
		if i == 0 {
			device.Health = first
		}
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *plugin) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

func (p *plugin) ListAndWatch(_ *api.Empty, stream api.DevicePlugin_ListAndWatchServer) error {
	for {
		devices, changed := p.current()
		if err := stream.Send(&api.ListAndWatchResponse{Devices: devices}); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-stream.Context().Done():
			return nil
		}
	}
}

// Allocate tells each container which devices are its own, in the variable that NVIDIA's runtime reads, and that they
// are simulated.
func (p *plugin) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	response := &api.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		log.Println("allocated", container.DevicesIds)
		response.ContainerResponses = append(response.ContainerResponses, &api.ContainerAllocateResponse{
			Envs: map[string]string{
				"NVIDIA_VISIBLE_DEVICES":  strings.Join(container.DevicesIds, ","),
				"MODELYARD_SIMULATED_GPU": "true",
			},
		})
	}
	return response, nil
}
