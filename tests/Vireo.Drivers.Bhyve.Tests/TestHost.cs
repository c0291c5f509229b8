namespace Vireo.Drivers.Bhyve.Tests;

/// <summary>A host as libvirt's own tests have it.</summary>
internal sealed class TestHost(BhyveFeatures features) : PreviewHost(features)
{
    public override string Tap(InterfaceConfig card) => "faketapdev";

    public override int Port(GraphicsConfig display) => 5900;

    public override string Volume(string pool, string volume) => $"/{pool}/{volume}";
}
